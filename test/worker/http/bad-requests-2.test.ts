import { it } from 'vitest';
import { TIMEOUT_MS, tryBadRequests } from '../support/bad-requests.ts';

it(
  '[R9] bad requests are answered as what they are, and leave nothing behind',
  {
    timeout: TIMEOUT_MS,
  },
  tryBadRequests,
);
