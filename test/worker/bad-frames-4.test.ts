import { it } from 'vitest';
import { TIMEOUT_MS, tryBadFrames } from './support/bad-frames.ts';

it(
  '[R9] no frame breaks a room, or leaves anything behind that was not accepted',
  {
    timeout: TIMEOUT_MS,
  },
  tryBadFrames,
);
