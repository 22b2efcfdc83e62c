import { Hono } from 'hono';
import { ERROR_CODES } from '../../shared/errors.ts';
import { directoryStub, type Totals } from '../directory.ts';
import type { AppEnv } from './app-types.ts';
import { requireAdmin } from './guards.ts';
import { withRetry } from './retry.ts';

/** Version 0.0.4 of the text format, which all that read metrics understand. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `GET /api/metrics`: all rooms in numbers, for Prometheus and whatever reads what it reads. */
export const metricsRoutes = new Hono<AppEnv>().get('/', requireAdmin(), async (c) => {
  const totals = await withRetry(async () => await directoryStub(c.env).totals(Date.now()));
  return c.body(exposition(totals), 200, {
    'Content-Type': CONTENT_TYPE,
    'Cache-Control': 'no-store',
  });
});

type Sample = readonly [labels: string, value: number];

/** The numbers as text. */
export function exposition(totals: Totals): string {
  const { tally } = totals;
  const one = (value: number): Sample[] => [['', value]];
  const refusals = ERROR_CODES.map(
    (code): Sample => [`{code="${code}"}`, tally.refusals[code] ?? 0],
  );
  return [
    gauge('rooms', 'Rooms with somebody in them.', one(totals.rooms)),
    gauge('users_online', 'Users in rooms, once for each room.', one(totals.online)),
    gauge('connections', 'Connections to rooms.', one(totals.connections)),
    gauge(
      'room_connections_max',
      'Connections of the room with most of them.',
      one(totals.mostConnections),
    ),
    gauge(
      'room_events_per_minute_max',
      'Events of the last minute in the busiest room.',
      one(totals.mostPerMinute),
    ),
    counter('events_total', 'Messages, and what was done to them, stored.', one(tally.events)),
    counter('connects_total', 'Connections that reached a room.', one(tally.connects)),
    counter('frames_total', 'Frames received from clients.', one(tally.frames)),
    counter('refusals_total', 'What rooms refused, by code.', refusals),
  ].join('');
}

const gauge = (name: string, help: string, samples: readonly Sample[]) =>
  metric('gauge', name, help, samples);
const counter = (name: string, help: string, samples: readonly Sample[]) =>
  metric('counter', name, help, samples);

function metric(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  const full = `edge_chat_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('\n')}\n`;
}
