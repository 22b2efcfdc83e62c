/** Entry of the Worker: the routes, and the Durable Objects: one per room, and one that lists them. */
export { ChatRoom } from './chat-room.ts';
export { RoomDirectory } from './directory.ts';
export { app as default } from './http/app.ts';
