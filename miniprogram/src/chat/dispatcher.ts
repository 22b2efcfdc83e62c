import { ERRORS, type Refusal } from '../../../shared/errors.ts';
import type { SendFrame } from '../../../shared/protocol.ts';
import { Backoff } from './backoff.ts';
import type { Draft, Outbox, Outgoing } from './outbox.ts';
import { Pacer } from './pacer.ts';
import type { Cancel, Clock } from './ports.ts';
import type { AckReply } from './requests.ts';

/** A message that the server fails to take this often is not sent again by itself. */
const MAX_SERVER_ERRORS = 3;

export interface DispatcherOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends it and waits for the answer; `false` when there is no connection. */
  send(frame: SendFrame, onReply: (reply: AckReply) => void): boolean;
  /** Something of the outbox has changed. */
  onChange(): void;
  /** No answer came although the connection seemed to be there. */
  onSilence(): void;
}

/**
 * Empties the outbox in order: one message at a time, because when two are under way and the first is
 * refused for a moment, the second overtakes it.
 */
export class Dispatcher {
  private readonly options: DispatcherOptions;
  private readonly pacer: Pacer;
  private readonly backoff: Backoff;
  private ready = false;
  private busy = false;
  private errors = 0;
  private pause: Cancel | undefined;

  constructor(options: DispatcherOptions) {
    this.options = options;
    this.pacer = new Pacer(options.clock);
    this.backoff = new Backoff(options.random);
  }

  /** Caught up: what waits may go. */
  start(): void {
    this.ready = true;
    this.pump();
  }

  /** The connection is gone. */
  stop(): void {
    this.ready = false;
    this.resume();
  }

  /** Sends what may be sent now; the rest when its time has come. */
  pump(): void {
    const { outbox } = this.options;
    const next = outbox.next;
    if (!this.ready || this.busy || this.pause || !next) return;
    const delay = this.pacer.delay();
    if (delay > 0) {
      this.rest(delay);
      return;
    }
    this.pacer.spend();
    this.busy = true;
    const frame = frameOf(next, outbox.mayHaveArrived(next.id));
    outbox.sending(next.id);
    const sent = this.options.send(frame, (reply) => {
      this.busy = false;
      this.settle(next.id, reply);
    });
    if (!sent) {
      this.busy = false;
      outbox.unsettled(next.id);
    }
    this.options.onChange();
  }

  /** Other frames count for the server's rate, too. */
  spend(): void {
    this.pacer.spend();
  }

  private settle(id: string, reply: AckReply): void {
    const { outbox } = this.options;
    if (reply.ok) {
      this.errors = 0;
      this.backoff.reset();
      outbox.sent(id, reply.frame.seq);
    } else if (!reply.refusal) {
      outbox.unsettled(id);
      if (this.ready) this.options.onSilence();
    } else if (this.isWorthRetrying(reply.refusal)) {
      outbox.unsettled(id, reply.refusal);
      this.rest(this.backoff.next(reply.refusal.retryAfter));
    } else if (reply.refusal.code !== 'not_found' || !outbox.uploadAgain(id)) {
      this.errors = 0;
      outbox.failed(id, reply.refusal);
    }
    this.options.onChange();
    this.pump();
  }

  private isWorthRetrying({ code, retryAfter }: Refusal): boolean {
    // That is about the session: the connection ends, too, and comes back with a new one.
    if (code === 'unauthorized') return true;
    if (code !== 'server_error') return ERRORS[code].retryable;
    // It knows when it will be able to: its content has to be checked first, say.
    if (retryAfter !== undefined) return true;
    this.errors++;
    return this.errors < MAX_SERVER_ERRORS;
  }

  private rest(ms: number): void {
    this.resume();
    this.pause = this.options.clock.after(ms, () => {
      this.pause = undefined;
      this.pump();
    });
  }

  private resume(): void {
    this.pause?.();
    this.pause = undefined;
  }
}

/** What goes over the wire for a message of the outbox; `again` when it may have gone before. */
function frameOf({ id, content, to, replyTo }: Outgoing, again: boolean): SendFrame {
  const draft: Omit<Draft, 'file'> = {
    content,
    ...(to && { to }),
    ...(replyTo !== undefined && { replyTo }),
  };
  return { type: 'send', id, ...draft, ...(again && { again }) };
}
