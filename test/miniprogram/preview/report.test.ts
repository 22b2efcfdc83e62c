import { expect, it } from 'vitest';
import { problems, reportingMissing } from '../../../miniprogram/preview/runtime/report.ts';

it('names what is asked of an object and is not there, once', async () => {
  const said: string[] = [];
  problems.on((message) => said.push(message));
  const recorder = reportingMissing<Record<string, unknown>>('RecorderManager', { start: 1 });
  expect(recorder.start).toBe(1);
  recorder.start = 2;
  expect(await Promise.resolve(recorder)).toBe(recorder);
  expect(said).toEqual([]);
  expect(recorder.pause).toBeUndefined();
  recorder.onPause = 3;
  expect(recorder.pause).toBeUndefined();
  expect(said).toEqual(['预览缺少 RecorderManager.pause', '预览缺少 RecorderManager.onPause']);
});
