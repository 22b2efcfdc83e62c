import { testEventLog } from '../../support/log-contract.ts';
import { MemoryLog } from '../../support/memory.ts';

testEventLog(async (test) => {
  const log = new MemoryLog();
  test(log, () => log);
});
