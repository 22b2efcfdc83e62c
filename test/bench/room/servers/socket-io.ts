/** A room of Socket.IO, with the WebSocket transport only. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
io.on('connection', (socket) => {
  socket.join('room');
  socket.on('message', (message) => io.to('room').emit('message', message));
});
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  process.send?.({ port: typeof address === 'object' && address?.port, pid: process.pid });
});
