/** A flood as a process of its own: what it costs is not to hold up who measures. */
import { FLOODS } from './floods.ts';

const [port = '', name = ''] = process.argv.slice(2);
const flood = FLOODS.find((each) => each.name === name);
if (!flood) throw new Error(`there is no flood called ${name}`);
const { done } = await flood.begin(Number(port));
process.on('message', () => process.send?.(done()));
process.send?.(done());
