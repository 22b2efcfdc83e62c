import { Hono } from 'hono';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { operatorPages } from '../admin/routes.ts';
import { toRefusalError } from '../refusal.ts';
import { adminRoutes } from './admin.ts';
import { announcementRoutes } from './announcements.ts';
import { answerRefusal } from './answer.ts';
import type { AppEnv } from './app-types.ts';
import { allowOrigins } from './guards.ts';
import { logRefusal } from './log.ts';
import { mediaRoutes, uploadRoutes } from './media.ts';
import { metricsRoutes } from './metrics.ts';
import { roomRoutes } from './rooms.ts';
import { sessionRoutes } from './session.ts';
import { wechatPushRoutes } from './wechat-push.ts';
import { connect } from './ws.ts';

/** All routes of the Worker. */
export const app = new Hono<AppEnv>()
  .use('/api/*', allowOrigins())
  .get('/ws', connect)
  .get('/healthz', (c) => c.json({ ok: true, protocol: PROTOCOL_VERSION }))
  .route('/api/session', sessionRoutes)
  .route('/api/rooms', roomRoutes)
  .route('/api/rooms', announcementRoutes)
  .route('/api/rooms', adminRoutes)
  .route('/api/media', uploadRoutes)
  .route('/api/metrics', metricsRoutes)
  .route('/media', mediaRoutes)
  .route('/admin', operatorPages)
  .route('/api/wechat/push', wechatPushRoutes)
  .notFound((c) => c.json({ error: { code: 'not_found', message: 'there is no such route' } }, 404))
  .onError((thrown, c) => {
    const refused = toRefusalError(thrown);
    logRefusal(c, refused);
    return answerRefusal(c, refused);
  });
