import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../../worker/safety/circuit-breaker.ts';

/** A breaker and its clock. */
function breakerAt(start = 1_000_000) {
  const time = { now: start };
  return { time, breaker: new CircuitBreaker(() => time.now) };
}

describe('a circuit breaker', () => {
  it('lets all through while all is well', () => {
    const { breaker } = breakerAt();
    for (let i = 0; i < 3; i++) {
      expect(breaker.allows()).toBe(true);
      breaker.succeeded();
    }
  });

  it('after a failure makes a pause, then lets one call find out', () => {
    const { time, breaker } = breakerAt();
    breaker.failed();
    expect(breaker.allows()).toBe(false);
    time.now += 4_999;
    expect(breaker.allows()).toBe(false);
    time.now += 1;
    expect(breaker.allows()).toBe(true);
    expect(breaker.allows()).toBe(false);
    breaker.succeeded();
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true]);
  });

  it('makes longer pauses the longer it lasts, up to a minute', () => {
    const { time, breaker } = breakerAt();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      breaker.failed();
      const start = time.now;
      while (!breaker.allows()) time.now += 1_000;
      pauses.push(time.now - start);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    breaker.succeeded();
    breaker.failed();
    time.now += 5_000;
    expect(breaker.allows()).toBe(true);
  });

  it('counts failures of the same moment once', () => {
    const { time, breaker } = breakerAt();
    for (let i = 0; i < 6; i++) breaker.failed();
    time.now += 5_000;
    expect(breaker.allows()).toBe(true);
  });

  it('keeps to a longer pause that was asked for', () => {
    const { time, breaker } = breakerAt();
    breaker.failed();
    breaker.failed(60_000);
    time.now += 59_999;
    expect(breaker.allows()).toBe(false);
    time.now += 1;
    expect(breaker.allows()).toBe(true);
  });
});
