import type { Refusal } from '../../../shared/errors.ts';
import type { AckFrame, PageFrame } from '../../../shared/protocol.ts';
import type { Cancel, Clock } from './ports.ts';

/** How long an answer may take, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** What came back for a frame; with neither, the connection was lost before an answer. */
export type Reply<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly refusal?: Refusal };

export type AckReply = Reply<AckFrame>;
export type PageReply = Reply<PageFrame>;

interface Waiting<Frame> {
  readonly onReply: (reply: Reply<Frame>) => void;
  readonly stop: Cancel;
}

/** Frames that wait for the answer under their id. */
export class Requests<Frame> {
  private readonly clock: Clock;
  private readonly waiting = new Map<string, Waiting<Frame>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Waits for the answer to `id`; `onReply` is called once. */
  expect(id: string, onReply: (reply: Reply<Frame>) => void): void {
    const stop = this.clock.after(ANSWER_TIMEOUT_MS, () => this.settle(id, { ok: false }));
    this.waiting.set(id, { onReply, stop });
  }

  /** An answer has come. */
  settle(id: string, reply: Reply<Frame>): void {
    this.forget(id)?.onReply(reply);
  }

  /** It was not sent after all. */
  forget(id: string): Waiting<Frame> | undefined {
    const waiting = this.waiting.get(id);
    waiting?.stop();
    this.waiting.delete(id);
    return waiting;
  }

  /** No answer will come any more. */
  abandon(): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, { ok: false });
  }
}
