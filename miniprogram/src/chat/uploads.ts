/** Uploads with the session of whoever uses this phone. */
import { type HttpAnswer, mediaAnswer } from './http.ts';
import type { Cancel, Sessions, Upload, UploadAnswer, UploadOptions, Uploads } from './ports.ts';

export interface FileRequest {
  readonly file: string;
  readonly token: string;
  /** The other fields of the form. */
  readonly form: Readonly<Record<string, string>>;
  /** How much has left the phone: from 0 to 1. */
  onProgress(done: number): void;
}

/** How the platform sends files. */
export interface FileSender {
  /** `POST /api/media`. The answer is `gone` when there is no such file; it rejects without one. */
  send(request: FileRequest): { readonly answer: Promise<HttpAnswer | 'gone'>; cancel: Cancel };
  /** Gives back the place that a file takes on this phone. */
  drop(file: string): void;
}

export class SessionUploads implements Uploads {
  private readonly sender: FileSender;
  private readonly sessions: Sessions;

  constructor(sender: FileSender, sessions: Sessions) {
    this.sender = sender;
    this.sessions = sessions;
  }

  upload(file: string, { room, onProgress }: UploadOptions = {}): Upload {
    let cancelled = false;
    let stop: Cancel = () => {};
    const form = room === undefined ? {} : { room };
    const attempt = async (rejected?: string): Promise<UploadAnswer> => {
      const session = await this.sessions.obtain(rejected);
      if (!session.ok) return session;
      if (cancelled) return { ok: false };
      const { token } = session.session;
      const sending = this.sender.send({
        file,
        token,
        form,
        onProgress: (done) => onProgress?.(done),
      });
      stop = sending.cancel;
      const answer = await sending.answer.catch(() => undefined);
      if (answer === 'gone') return { ok: false, gone: true };
      const result = mediaAnswer(answer);
      if (result.ok) return { ok: true, content: result.value };
      const isOutdated = result.refusal?.code === 'unauthorized' && rejected === undefined;
      return isOutdated && !cancelled ? attempt(token) : result;
    };
    return {
      answer: attempt(),
      cancel: () => {
        cancelled = true;
        stop();
      },
    };
  }

  drop(file: string): void {
    this.sender.drop(file);
  }
}
