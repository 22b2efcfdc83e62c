/** The room from outside the phones: what a back end does, and other people who talk in it. */
import { RATE_BURST } from '../../../shared/limits.ts';
import { NodeClient } from '../../support/node-client.ts';

export class BackEnd {
  readonly #origin: string;
  readonly #adminKey: string;
  readonly #room: string;
  readonly #guests: NodeClient[] = [];

  constructor(origin: string, adminKey: string, room: string) {
    this.#origin = origin;
    this.#adminKey = adminKey;
    this.#room = room;
  }

  async makeHost(user: string): Promise<void> {
    await this.#call('PUT', 'settings', { hosts: [user] });
  }

  async moderate(action: string, user: string): Promise<void> {
    await this.#call('POST', 'moderation', { action, user });
  }

  async notice(text: string): Promise<void> {
    await this.#call('POST', 'notices', { text });
  }

  /** Has the room publish a notice by itself, so many milliseconds from now. */
  async announce(text: string, later: number): Promise<void> {
    await this.#call('POST', 'announcements', { text, at: Date.now() + later });
  }

  /** Somebody enters, and stays until the test is over. */
  async guest(name: string): Promise<NodeClient> {
    const query = new URLSearchParams({ room: this.#room, name });
    const guest = await NodeClient.join(`${this.#origin.replace('http', 'ws')}/ws?${query}`);
    this.#guests.push(guest);
    return guest;
  }

  /** Others say all this in this order, as many of them as it takes to be allowed to. */
  async say(texts: readonly string[]): Promise<void> {
    for (let start = 0; start < texts.length; start += RATE_BURST) {
      const guest = await this.guest(`路人${start / RATE_BURST + 1}`);
      for (const text of texts.slice(start, start + RATE_BURST)) await guest.say(text);
      await guest.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#guests.filter(({ closed }) => !closed).map((guest) => guest.close()));
  }

  async #call(method: string, what: string, body: object): Promise<void> {
    const response = await fetch(
      `${this.#origin}/api/rooms/${encodeURIComponent(this.#room)}/${what}`,
      {
        method,
        headers: {
          Authorization: `Bearer ${this.#adminKey}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
      },
    );
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
  }
}
