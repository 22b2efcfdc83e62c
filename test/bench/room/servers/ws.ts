/** What most tutorials show: a list of sockets, and a loop over it. */
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const rooms = new Map<string, Set<WebSocket>>();
server.on('connection', (socket, request) => {
  const room = request.url ?? '/';
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.on('message', (data) => {
    for (const member of members) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: false });
    }
  });
  socket.on('close', () => members.delete(socket));
  socket.send('hello');
});
server.on('listening', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address?.port, pid: process.pid });
});
