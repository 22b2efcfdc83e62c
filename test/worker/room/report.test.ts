import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventsPerMinute,
  REPORT_INTERVAL_MS,
  ReportSchedule,
} from '../../../worker/room/report.ts';
import { RoomHarness } from '../../support/room-harness.ts';

describe('when a room reports', () => {
  it('is at once when the first comes and when the last leaves', () => {
    const schedule = new ReportSchedule();
    expect(schedule.take(false, 1_000)).toBe(true);
    expect(schedule.take(true, 1_001)).toBe(true);
    expect(schedule.take(false, 1_002)).toBe(true);
  });

  it('is now and then while something happens, and again after its interval', () => {
    const schedule = new ReportSchedule();
    schedule.take(false, 1_000);
    expect(schedule.take(false, 1_000)).toBe(false);
    expect(schedule.take(false, 999 + REPORT_INTERVAL_MS)).toBe(false);
    expect(schedule.take(false, 1_000 + REPORT_INTERVAL_MS)).toBe(true);
    expect(schedule.take(false, 1_001 + REPORT_INTERVAL_MS)).toBe(false);
  });

  it('is not put off by a clock that was set back', () => {
    const schedule = new ReportSchedule();
    schedule.take(false, 1_000_000_000);
    expect(schedule.take(false, 5_000)).toBe(true);
  });

  it('while people stay is at most once an interval, whatever happens', () => {
    const steps = fc.array(
      fc.record({ wait: fc.nat(4_000), online: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const schedule = new ReportSchedule();
        let now = 0;
        let reports = 0;
        for (const { wait, online } of all) {
          now += wait;
          if (schedule.take(online === 0, now)) reports += 1;
        }
        expect(reports).toBeLessThanOrEqual(Math.floor(now / REPORT_INTERVAL_MS) + 1);
      }),
    );
  });
});

describe('the rate of a room', () => {
  it('counts what happened in the last minute, and nothing before', () => {
    const room = new RoomHarness();
    const ann = room.join('ann');
    expect(eventsPerMinute(room.log, room.now)).toBe(0);
    for (let i = 0; i < 5; i++) {
      room.say(ann, `m${i}`);
      room.advance(20_000);
    }
    // At 0, 20, 40, 60 and 80 s; now it is 100 s.
    expect(eventsPerMinute(room.log, room.now)).toBe(2);
    room.advance(60_000);
    expect(eventsPerMinute(room.log, room.now)).toBe(0);
  });

  it('is the same as counting one by one, also where the log was trimmed', () => {
    const gaps = fc.array(fc.nat(15_000), { maxLength: 40 });
    fc.assert(
      fc.property(gaps, fc.nat(40), (waits, trimmed) => {
        const room = new RoomHarness();
        const ann = room.join('ann');
        for (const wait of waits) {
          room.say(ann, 'x');
          room.advance(wait);
        }
        room.log.trim(trimmed);
        const from = room.now - 60_000;
        const kept = room.log.read(0, room.log.head).filter(({ event }) => event.at > from);
        expect(eventsPerMinute(room.log, room.now)).toBe(kept.length);
      }),
    );
  });
});
