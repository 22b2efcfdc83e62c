/** Entry of the Worker: the routes, and the Durable Object of a room. */
export { ChatRoom } from './chat-room.ts';
export { app as default } from './http/app.ts';
