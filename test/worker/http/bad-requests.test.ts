import { describe, expect, it } from 'vitest';
import { app } from '../../../worker/http/app.ts';
import { ROUTES } from '../support/bad-requests.ts';
import { newRoom, request } from '../support/client.ts';

describe('[R9] bad requests', () => {
  it('are tried on every route there is', () => {
    const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'));
    expect(new Set(Object.keys(ROUTES))).toEqual(
      new Set(routes.map(({ method, path }) => `${method} ${path}`)),
    );
  });

  it.each(['Authorization', 'Cookie', 'Origin', 'Range', 'If-None-Match', 'Content-Type'])(
    'with other letters in %s than a header may have are no fault',
    async (name) => {
      for (const path of [`/api/rooms/${newRoom()}`, '/admin', '/media/1']) {
        const response = await request(path, { headers: { [name]: 'Bearer 好é' } });
        expect([401, 404]).toContain(response.status);
      }
    },
  );
});
