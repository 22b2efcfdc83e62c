/**
 * A chat room the way Cloudflare's durable-chat template has it: on partyserver, with hibernation,
 * each message stored as a row and broadcast as it came; who joins is sent all of them. The template
 * itself broadcasts first: that is {@link ShowFirst}, where people see what may yet be lost.
 */
import { type Connection, routePartykitRequest, Server } from 'partyserver';

interface Message {
  readonly type: string;
  readonly id: string;
  readonly user: string;
  readonly role: string;
  readonly content: string;
}

export class Chat extends Server {
  static override options = { hibernate: true };

  override onStart(): void {
    this.ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, user TEXT, role TEXT, content TEXT)',
    );
  }

  override onConnect(connection: Connection): void {
    const messages = this.ctx.storage.sql.exec('SELECT * FROM messages').toArray();
    connection.send(JSON.stringify({ type: 'all', messages }));
  }

  override onMessage(_connection: Connection, text: string): void {
    this.store(text);
    this.broadcast(text);
  }

  protected store(text: string): void {
    const { type, id, user, role, content } = JSON.parse(text) as Message;
    if (type !== 'add') return;
    this.ctx.storage.sql.exec(
      `INSERT INTO messages (id, user, role, content) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET content = excluded.content`,
      id,
      user,
      role,
      content,
    );
  }
}

export class ShowFirst extends Chat {
  override onMessage(_connection: Connection, text: string): void {
    this.broadcast(text);
    this.store(text);
  }
}

export default {
  async fetch(request: Request, env: Cloudflare.Env): Promise<Response> {
    return (await routePartykitRequest(request, env)) ?? new Response(null, { status: 404 });
  },
};
