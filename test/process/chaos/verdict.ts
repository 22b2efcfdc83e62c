/**
 * Whether all promises were kept. Who may see what is worked out anew, from what the authors meant: a
 * server that is wrong about it would be wrong in its log as well.
 */
import { isDeepStrictEqual } from 'node:util';
import { Timeline } from '../../../miniprogram/src/chat/timeline.ts';
import type { Audience, ChatEvent } from '../../../shared/protocol.ts';
import {
  type Ack,
  type Person,
  type PersonRecord,
  type RoomRecord,
  type Said,
  tokensIn,
} from './record.ts';

/** What was broken; one sentence each. */
export interface Verdict {
  /** Acknowledged or shown, and not there, or not for all who may see it. */
  readonly lost: string[];
  /** There twice. */
  readonly doubled: string[];
  /** At another place than it was said at, or than others see it at. */
  readonly reordered: string[];
  /** Seen by somebody whom it was not for. */
  readonly leaked: string[];
  /** Whatever else is not as it should be. */
  readonly wrong: string[];
}

/** Judges one room. */
export function judge(record: RoomRecord): Verdict {
  return new Judge(record).verdict;
}

/** All verdicts as one. */
export function joinVerdicts(verdicts: readonly Verdict[]): Verdict {
  const all = (part: keyof Verdict) => verdicts.flatMap((verdict) => verdict[part]);
  return {
    lost: all('lost'),
    doubled: all('doubled'),
    reordered: all('reordered'),
    leaked: all('leaked'),
    wrong: all('wrong'),
  };
}

/** Nothing was broken. */
export function noFaults(): Verdict {
  return { lost: [], doubled: [], reordered: [], leaked: [], wrong: [] };
}

class Judge {
  readonly verdict = noFaults();
  readonly #record: RoomRecord;
  readonly #bySeq: ReadonlyMap<number, ChatEvent>;
  readonly #byId = new Map<string, Said>();
  readonly #byToken = new Map<string, Said>();

  constructor(record: RoomRecord) {
    this.#record = record;
    this.#bySeq = new Map(record.log.map((event) => [event.seq, event]));
    for (const said of record.said) {
      this.#byId.set(said.id, said);
      this.#byToken.set(said.token, said);
    }
    this.#judgeLog();
    this.#judgeAcks('system', record.pushAcks);
    for (const person of record.people) {
      this.#judgeAcks(person.person.id, person.acks, person);
      this.#judgeOrder(person);
      this.#judgeStretches(person);
      this.#judgeTokens(person);
      this.#judgeScreen(person);
      this.#say('wrong', person, person.faults);
    }
  }

  #say(part: keyof Verdict, who: PersonRecord | undefined, sentences: readonly string[]): void {
    const where = who ? `${this.#record.room}, ${who.person.id}` : this.#record.room;
    for (const sentence of sentences) this.verdict[part].push(`${where}: ${sentence}`);
  }

  /** [R1][R3] The log has no hole, nothing twice, and holds what its authors wrote. */
  #judgeLog(): void {
    const { log, last } = this.#record;
    if ((log.at(-1)?.seq ?? 0) !== last) {
      this.#say('lost', undefined, [`the export ends before ${last}`]);
    }
    const recalled = new Set(log.flatMap((event) => (event.kind === 'recall' ? event.target : [])));
    const keys = new Map<string, number>();
    const votes = new Set<string>();
    log.forEach((event, index) => {
      const { seq, id, from } = event;
      if (seq !== index + 1) this.#say('lost', undefined, [`seq ${index + 1} is ${seq}`]);
      if (event.at < (log[index - 1]?.at ?? 0)) {
        this.#say('reordered', undefined, [`${seq} is older than the one before it`]);
      }
      const key = `${from.id}\n${id}`;
      const first = keys.get(key);
      if (first !== undefined) {
        this.#say('doubled', undefined, [`${seq} repeats ${first}, ${id} of ${from.id}`]);
      }
      keys.set(key, first ?? seq);
      if (event.kind === 'vote') {
        const vote = `${from.id}\n${event.target}`;
        if (votes.has(vote)) this.#say('doubled', undefined, [`${seq} is a second vote`]);
        votes.add(vote);
      }
      if (event.kind === 'message') this.#judgeMessage(event, recalled.has(seq));
    });
  }

  #judgeMessage(event: Extract<ChatEvent, { kind: 'message' }>, isRecalled: boolean): void {
    const { seq, id, from, content } = event;
    const said = this.#byId.get(id);
    if (!said || said.author !== from.id) {
      this.#say('wrong', undefined, [`${seq} was never said by ${from.id}`]);
    } else if (isRecalled !== (content.type === 'recalled')) {
      this.#say('wrong', undefined, [`${seq} is ${content.type} in the log`]);
    } else if (!isRecalled && tokensIn(JSON.stringify(content)).join() !== said.token) {
      this.#say('wrong', undefined, [`${seq} does not hold what ${from.id} wrote`]);
    }
  }

  /** [R2][R3] Whatever was acknowledged is there, where the ack says, always the same. */
  #judgeAcks(author: string, acks: readonly Ack[], who?: PersonRecord): void {
    const places = new Map<string, number>();
    for (const { id, seq, at } of acks) {
      const before = places.get(id);
      if (before !== undefined && before !== seq) {
        this.#say('doubled', who, [`${id} was acknowledged as ${before} and as ${seq}`]);
      }
      places.set(id, seq);
      const event = this.#bySeq.get(seq);
      const isThere =
        event !== undefined &&
        event.at === at &&
        ((event.id === id && event.from.id === author) || (who && repeats(event, who, id)));
      if (!isThere) this.#say('lost', who, [`${id} was acknowledged as ${seq}, and is not there`]);
    }
  }

  /** [R1] What somebody wrote stands in the order in which they wrote it, all of it. */
  #judgeOrder(who: PersonRecord): void {
    const places = new Map(
      this.#record.log
        .filter(({ from }) => from.id === who.person.id)
        .map(({ id, seq }) => [id, seq]),
    );
    let before = 0;
    for (const id of who.written) {
      const seq = places.get(id);
      if (who.unsent.has(id)) {
        if (seq !== undefined)
          this.#say('wrong', who, [`${id} was refused, and is there as ${seq}`]);
        continue;
      }
      if (seq === undefined) {
        this.#say('lost', who, [`${id} was written, not refused, and is not there`]);
        continue;
      }
      if (seq < before) this.#say('reordered', who, [`${id} overtook what was written before it`]);
      before = seq;
    }
  }

  /** [R4][R5][R6] Whatever way a stretch came: all that this person may see of it, and no more. */
  #judgeStretches(who: PersonRecord): void {
    for (const { path, after, upTo, events } of who.stretches) {
      let before = after;
      const brought = new Set<number>();
      for (const { seq, id } of events) {
        const stored = this.#bySeq.get(seq);
        if (stored?.id !== id) {
          this.#say('lost', who, [`${path} showed ${id} as ${seq}, which the log does not hold`]);
        } else if (!this.#maySee(who.person, stored)) {
          this.#say('leaked', who, [`${path} brought ${seq}, which is not for them`]);
        }
        if (brought.has(seq)) this.#say('doubled', who, [`${path} brought ${seq} twice`]);
        else if (seq <= before) this.#say('reordered', who, [`${path} brought ${seq} too late`]);
        if (seq > upTo) this.#say('wrong', who, [`${path} brought ${seq}, beyond ${upTo}`]);
        brought.add(seq);
        before = seq;
      }
      for (let seq = after + 1; seq <= upTo; seq++) {
        const event = this.#bySeq.get(seq);
        if (!event) {
          this.#say('lost', who, [`${path} passed over ${seq}, which the log does not hold`]);
        } else if (!brought.has(seq) && this.#maySee(who.person, event)) {
          this.#say('lost', who, [`${path} passed over ${seq}, which is for them`]);
        }
      }
    }
  }

  /** [R6] Every word that is for them, and none that is not, in whatever field of whatever answer. */
  #judgeTokens(who: PersonRecord): void {
    for (const event of this.#record.log) {
      if (event.kind !== 'message' || event.content.type === 'recalled') continue;
      const said = this.#byId.get(event.id);
      if (said && this.#isFor(who.person, said) && !who.tokens.has(said.token)) {
        this.#say('lost', who, [`they never got the words of ${event.seq}`]);
      }
    }
    for (const token of who.tokens) {
      const said = this.#byToken.get(token);
      if (!said) this.#say('wrong', who, [`⟦${token}⟧ was never said`]);
      else if (!this.#isFor(who.person, said)) this.#say('leaked', who, [`they got ⟦${token}⟧`]);
    }
  }

  /** What is shown is what the log holds for this person: each once, in its order, as it stands. */
  #judgeScreen(who: PersonRecord): void {
    const whole = new Timeline(who.person.id);
    const visible = this.#record.log.filter((event) => this.#maySee(who.person, event));
    whole.append(0, this.#record.last, visible);
    const expected = new Map(whole.entries.map((entry) => [entry.event.seq, entry]));
    const shown = new Set<number>();
    let before = 0;
    for (const entry of who.shown) {
      const { seq } = entry.event;
      if (shown.has(seq)) this.#say('doubled', who, [`${seq} is shown twice`]);
      else if (seq < before) this.#say('reordered', who, [`${seq} is shown too late`]);
      shown.add(seq);
      before = seq;
      const right = expected.get(seq);
      if (!right) this.#say('leaked', who, [`${seq} is shown, and is not for them`]);
      else if (!isDeepStrictEqual(entry, right)) {
        const [got, wanted] = [JSON.stringify(entry), JSON.stringify(right)];
        this.#say('wrong', who, [`${seq} is shown as ${got}, not as ${wanted}`]);
      }
    }
    for (const seq of expected.keys()) {
      if (!shown.has(seq)) this.#say('lost', who, [`${seq} is not shown`]);
    }
    if (who.upTo !== this.#record.last) {
      this.#say('lost', who, [`they know the log up to ${who.upTo}, not ${this.#record.last}`]);
    }
  }

  /** Who may see an event: of what is done to a message, those who may see that. */
  #maySee(person: Person, event: ChatEvent): boolean {
    if (event.from.id === person.id) return true;
    if (event.kind === 'message') {
      const said = this.#byId.get(event.id);
      return said !== undefined && this.#isFor(person, said);
    }
    if (event.kind === 'moderation') return true;
    const target = this.#bySeq.get(event.target);
    return target !== undefined && this.#maySee(person, target);
  }

  /** Whom something is for, as its author meant it. An answer is for the asker, too, in any case. */
  #isFor(person: Person, said: Said): boolean {
    if (said.author === person.id) return true;
    const question = said.question === undefined ? undefined : this.#byToken.get(said.question);
    if (question?.author === person.id) return true;
    if (said.to) return includes(said.to, person);
    return question === undefined || this.#isFor(person, question);
  }
}

function includes(audience: Audience, { id, group, isHost }: Person): boolean {
  if ('users' in audience) return audience.users.includes(id);
  return 'group' in audience ? audience.group === group : isHost;
}

/** A second vote, and a second resolve by whomever, are acknowledged with the place of the first. */
function repeats(event: ChatEvent, { person, sent }: PersonRecord, id: string): boolean {
  const frame = sent.get(id);
  if (event.kind === 'vote') {
    return frame?.type === 'vote' && frame.target === event.target && event.from.id === person.id;
  }
  return event.kind === 'resolve' && frame?.type === 'resolve' && frame.target === event.target;
}
