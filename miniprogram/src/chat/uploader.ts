import { ERRORS, type Refusal } from '../../../shared/errors.ts';
import { Backoff } from './backoff.ts';
import { needsUpload, type Outbox, type Outgoing } from './outbox.ts';
import type { Cancel, Ports, Upload, UploadAnswer } from './ports.ts';

/** A file that the server fails to take this often is not uploaded again by itself. */
const MAX_SERVER_ERRORS = 3;
/** Progress is told in steps of this size. */
const STEP = 0.05;

const LOST: Upload = { answer: Promise.resolve({ ok: false, gone: true }), cancel: () => {} };

export interface UploaderOptions {
  readonly room: string;
  readonly outbox: Outbox;
  readonly ports: Pick<Ports, 'uploads' | 'clock' | 'random' | 'network' | 'lifecycle'>;
  /** Something of the outbox has changed: it may hold something to send. */
  onChange(): void;
}

/**
 * Uploads the files of the outbox, whether the socket is there or not: one at a time and in order, so
 * that pictures that were chosen together arrive as they were chosen.
 */
export class Uploader {
  private readonly options: UploaderOptions;
  private readonly backoff: Backoff;
  private readonly stops: Cancel[] = [];
  private running = false;
  private connected = true;
  private errors = 0;
  private current: { readonly id: string; readonly upload: Upload } | undefined;
  private pause: Cancel | undefined;

  constructor(options: UploaderOptions) {
    this.options = options;
    this.backoff = new Backoff(options.ports.random);
  }

  /** Uploads what waits, and what will come. Twice is once. */
  start(): void {
    if (this.running) return;
    this.running = true;
    const { network, lifecycle } = this.options.ports;
    this.stops.push(
      network.watch(({ connected }) => {
        this.connected = connected;
        if (connected) this.wake();
      }),
      lifecycle.watch((foreground) => {
        if (foreground) this.wake();
      }),
    );
    this.pump();
  }

  /** Leaves everything as it is until the next `start`. */
  stop(): void {
    this.running = false;
    for (const stop of this.stops.splice(0)) stop();
    this.resume();
    this.abandon();
  }

  /** Something speaks for the network being there: no pause any more. */
  wake(): void {
    this.backoff.reset();
    this.resume();
    this.pump();
  }

  /** Uploads the next file, if it may. */
  pump(): void {
    const { outbox, room, ports } = this.options;
    if (this.current && !this.isWanted(this.current.id)) this.abandon();
    const next = outbox.nextUpload;
    if (!this.running || !this.connected || this.current || this.pause || !next) return;
    const { id, file } = next;
    let told = 0;
    const onProgress = (done: number) => {
      if (this.current?.upload !== upload || done - told < STEP) return;
      told = done;
      outbox.uploading(id, done);
      this.options.onChange();
    };
    const upload = file === undefined ? LOST : ports.uploads.upload(file, { room, onProgress });
    this.current = { id, upload };
    outbox.uploading(id, 0);
    this.options.onChange();
    void upload.answer.then((answer) => {
      // Given up meanwhile.
      if (this.current?.upload !== upload) return;
      this.current = undefined;
      this.settle(id, answer);
    });
  }

  private settle(id: string, answer: UploadAnswer): void {
    const { outbox } = this.options;
    if (answer.ok) {
      this.errors = 0;
      this.backoff.reset();
      outbox.uploaded(id, answer.content);
    } else if ('gone' in answer) {
      outbox.failed(id, { code: 'not_found', message: 'the file is gone' });
    } else if (!answer.refusal) {
      outbox.uploadBroken(id);
      this.rest(this.backoff.next());
    } else if (this.isWorthRetrying(answer.refusal)) {
      outbox.uploadBroken(id);
      this.rest(this.backoff.next(answer.refusal.retryAfter));
    } else {
      this.errors = 0;
      outbox.failed(id, answer.refusal);
    }
    this.options.onChange();
    this.pump();
  }

  private isWorthRetrying({ code }: Refusal): boolean {
    if (code !== 'server_error') return ERRORS[code].retryable;
    this.errors++;
    return this.errors < MAX_SERVER_ERRORS;
  }

  /** Its author may have given it up. */
  private isWanted(id: string): boolean {
    const item: Outgoing | undefined = this.options.outbox.list.find((each) => each.id === id);
    return item !== undefined && needsUpload(item);
  }

  private abandon(): void {
    const { current } = this;
    this.current = undefined;
    if (!current) return;
    current.upload.cancel();
    this.options.outbox.uploadBroken(current.id);
  }

  private rest(ms: number): void {
    this.resume();
    this.pause = this.options.ports.clock.after(ms, () => {
      this.pause = undefined;
      this.pump();
    });
  }

  private resume(): void {
    this.pause?.();
    this.pause = undefined;
  }
}
