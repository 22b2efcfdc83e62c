/** Notices that a room publishes by itself: what is planned, and when it is said. */
import type { ErrorCode, Refusal } from '../../shared/errors.ts';
import type { Announcement, AnnouncementRequest } from '../../shared/http.ts';
import {
  ANNOUNCEMENT_LATE_MS,
  MAX_ANNOUNCEMENT_AHEAD_MS,
  MAX_ANNOUNCEMENTS,
} from '../../shared/limits.ts';
import type { SendFrame, User } from '../../shared/protocol.ts';
import type { Task } from './agenda.ts';
import type { AnnouncementStore, Clock, PlannedAnnouncement, Session } from './ports.ts';
import type { Room } from './room.ts';

/** Who asks for something: a user, or without one an operator. */
export type Asker = Session | undefined;

/** What comes of a wish. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

/** The room, as far as it has to do with announcements. */
type Platform = Pick<
  Room,
  'isEmpty' | 'noticeRefusal' | 'wordRefusal' | 'vet' | 'eventOf' | 'post' | 'speakFor'
>;

/** What announcements need of the world. */
export interface AnnouncementPorts {
  readonly store: AnnouncementStore;
  readonly room: Platform;
  /** As whom an operator speaks. */
  readonly operator: Pick<User, 'id' | 'name'>;
  readonly clock: Clock;
}

/**
 * The announcements of one room. Hosts and operators set them and take them back, also each other's.
 * What a host has set is said in their name, with the role they have then; if by then they may not give
 * notices any more, or not these words, it is dropped, rather than said in the name of somebody else.
 */
export class Announcements implements Task {
  readonly #ports: AnnouncementPorts;
  #planned: ReadonlyMap<string, PlannedAnnouncement> | undefined;

  constructor(ports: AnnouncementPorts) {
    this.#ports = ports;
  }

  /** Plans an announcement; the same id of the same asker again changes nothing. */
  set(asker: Asker, request: AnnouncementRequest & { readonly id: string }): Outcome<Announcement> {
    const { room, store, clock } = this.#ports;
    const refusal = asker && room.noticeRefusal(asker);
    if (refusal) return { ok: false, refusal };
    const { id, every } = request;
    const author = asker && authorOf(asker);
    const known = this.#plannedById().get(id);
    if (known) {
      if (known.author?.id === author?.id) return this.#found(known);
      return refused('bad_frame', 'id: is that of an announcement of somebody else');
    }
    const now = clock();
    const at = request.at ?? now + (every ?? 0) * 1_000;
    const planned = toPlanned(request, Math.max(at, now), author);
    const said = this.#saidOf(planned);
    if (said) return this.#found(said);
    const rejected = asker && room.wordRefusal(asker, request.text);
    if (rejected) return { ok: false, refusal: rejected };
    if (at < now - ANNOUNCEMENT_LATE_MS) return refused('bad_frame', 'at: must not be in the past');
    if (at > now + MAX_ANNOUNCEMENT_AHEAD_MS) {
      return refused('bad_frame', 'at: must be within a year from now');
    }
    if (this.#plannedById().size >= MAX_ANNOUNCEMENTS) {
      const message = `a room has at most ${MAX_ANNOUNCEMENTS} announcements: delete one first`;
      return refused('forbidden', message);
    }
    this.#change(() => store.write(planned));
    return this.#found(planned);
  }

  /**
   * Why the checks that take time are against what `asker` wants to {@link set}; for whatever else is
   * against it they are not asked. Nobody would hold it when its time comes.
   */
  async vet(
    asker: Asker,
    request: AnnouncementRequest & { readonly id: string },
  ): Promise<Refusal | undefined> {
    const { room, clock } = this.#ports;
    if (!asker || room.noticeRefusal(asker) || this.#plannedById().has(request.id))
      return undefined;
    if (this.#saidOf(toPlanned(request, clock(), authorOf(asker)))) return undefined;
    return await room.vet(asker, request.text);
  }

  /** All that are planned, the next one first. */
  list(asker: Asker): Outcome<Announcement[]> {
    const refusal = this.#readRefusal(asker);
    if (refusal) return { ok: false, refusal };
    const shown = [...this.#plannedById().values()].map((planned) => this.#show(planned));
    return { ok: true, value: shown.sort(byTime) };
  }

  /** Takes an announcement back; what it has said stays. */
  remove(asker: Asker, id: string): Outcome<null> {
    const refusal = this.#readRefusal(asker);
    if (refusal) return { ok: false, refusal };
    if (!this.#plannedById().has(id)) return refused('not_found', 'there is no such announcement');
    this.#change(() => this.#ports.store.remove(id));
    return { ok: true, value: null };
  }

  /** When the next one is due: what repeats does not wake a room that nobody is in. */
  due(): number | undefined {
    const times = this.#awake().map(({ at }) => at);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /**
   * Publishes what is due, each once, whatever was missed. Throws the first fault when the others have
   * had their turn; what failed is still due.
   */
  run(now: number): void {
    const faults: unknown[] = [];
    for (const planned of this.#awake().sort(byTime)) {
      if (planned.at > now) continue;
      try {
        this.#publish(planned, now);
      } catch (fault) {
        this.#planned = undefined;
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  /**
   * To be called when somebody has come into a room that was empty: what repeats goes on at its next
   * time, and only what is hardly late is not skipped, so that nobody misses it who was away because
   * the server was started anew.
   */
  resume(): void {
    const now = this.#ports.clock();
    const { store } = this.#ports;
    for (const planned of this.#plannedById().values()) {
      const at = nextTime(planned, now);
      if (at !== planned.at) this.#change(() => store.write({ ...planned, at }));
    }
  }

  /** The ones whose time counts now. */
  #awake(): PlannedAnnouncement[] {
    const { isEmpty } = this.#ports.room;
    return [...this.#plannedById().values()].filter(({ every }) => !(isEmpty && every));
  }

  #publish(planned: PlannedAnnouncement, now: number): void {
    const { room, store, operator } = this.#ports;
    const { id, text, author } = planned;
    const following = timeAfter(planned, now);
    const goOn = () =>
      following === undefined ? store.remove(id) : store.write({ ...planned, at: following });
    const refusal = author && (room.noticeRefusal(author) ?? room.wordRefusal(author, text));
    if (refusal) {
      this.#change(refusal.code === 'muted' ? goOn : () => store.remove(id));
      return;
    }
    const content = { type: 'notice' as const, text };
    const frame: SendFrame = { type: 'send', id: eventIdOf(planned), content };
    this.#change(() => {
      if (author) room.speakFor(author, frame, goOn);
      else room.post(frame, operator, goOn);
    });
  }

  /** One that was said already, and is planned no more. */
  #saidOf(planned: PlannedAnnouncement): PlannedAnnouncement | undefined {
    if (planned.every !== undefined) return undefined;
    const { room, operator } = this.#ports;
    const event = room.eventOf((planned.author ?? operator).id, eventIdOf(planned));
    if (event?.kind !== 'message') return undefined;
    const text = event.content.type === 'notice' ? event.content.text : planned.text;
    return { ...planned, text, at: event.at };
  }

  /** Who is muted may look after what there is. */
  #readRefusal(asker: Asker): Refusal | undefined {
    const refusal = asker && this.#ports.room.noticeRefusal(asker);
    return refusal?.code === 'muted' ? undefined : refusal;
  }

  #found(planned: PlannedAnnouncement): Outcome<Announcement> {
    return { ok: true, value: this.#show(planned) };
  }

  #show(planned: PlannedAnnouncement): Announcement {
    const { id, text, every, author } = planned;
    const by = author ?? this.#ports.operator;
    return {
      id,
      text,
      at: nextTime(planned, this.#ports.clock()),
      ...(every !== undefined && { every }),
      by: { id: by.id, name: by.name },
    };
  }

  #plannedById(): ReadonlyMap<string, PlannedAnnouncement> {
    this.#planned ??= new Map(Array.from(this.#ports.store.read(), (each) => [each.id, each]));
    return this.#planned;
  }

  /** Whatever comes of `work`: what is in memory is read from the store again. */
  #change(work: () => void): void {
    try {
      work();
    } finally {
      this.#planned = undefined;
    }
  }
}

/** The first time after `now` that an announcement keeps to; `undefined` for one that does not repeat. */
export function timeAfter(
  { at, every }: Pick<PlannedAnnouncement, 'at' | 'every'>,
  now: number,
): number | undefined {
  if (every === undefined) return undefined;
  if (at > now) return at;
  const step = every * 1_000;
  return at + (Math.floor((now - at) / step) + 1) * step;
}

/** When an announcement comes next, as seen from `now`: one that waits passes over what it missed. */
function nextTime(planned: PlannedAnnouncement, now: number): number {
  if (planned.at > now - ANNOUNCEMENT_LATE_MS) return planned.at;
  return timeAfter(planned, now) ?? planned.at;
}

/**
 * The id of the event of this time: an alarm may ring twice, and the second event would be the first
 * [R3]. Of one that does not repeat the time is left out: asked for again after it was said, it is the
 * same.
 */
function eventIdOf({ id, at, every }: PlannedAnnouncement): string {
  return `announcement:${every === undefined ? 'once' : at}:${id}`;
}

function toPlanned(
  { id, text, every }: AnnouncementRequest & { readonly id: string },
  at: number,
  author: Session | undefined,
): PlannedAnnouncement {
  return { id, text, at, ...(every !== undefined && { every }), ...(author && { author }) };
}

function byTime(one: { readonly at: number }, other: { readonly at: number }): number {
  return one.at - other.at;
}

function authorOf({ id, name, avatar, group }: Session): Session {
  return {
    id,
    name,
    ...(avatar !== undefined && { avatar }),
    ...(group !== undefined && { group }),
  };
}

function refused(code: ErrorCode, message: string): Outcome<never> {
  return { ok: false, refusal: { code, message } };
}
