import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../worker/room/group-commit.ts';
import { RateLimiter } from '../../../worker/room/rate-limit.ts';
import { nextTrim, trimPoint } from '../../../worker/room/retention.ts';

describe('rate limit', () => {
  it('lets through the burst and the long-run rate, and never more', () => {
    const policy = { burst: 10, perSecond: 2 };
    const gaps = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const limiter = new RateLimiter(policy);
        let now = 0;
        let passed = 0;
        for (const step of steps) {
          now += step;
          const verdict = limiter.take('u', now);
          if (verdict.ok) passed += 1;
          // Who waits as long as told gets through.
          else expect(limiter.take('u', now + verdict.retryAfter).ok).toBe(true);
          if (!verdict.ok) {
            now += verdict.retryAfter;
            passed += 1;
          }
          expect(passed).toBeLessThanOrEqual(
            policy.burst + (now / 1_000) * policy.perSecond + 1e-6,
          );
        }
      }),
    );
  });

  it('one user’s flood is not another’s', () => {
    const limiter = new RateLimiter({ burst: 1, perSecond: 1 });
    expect(limiter.take('a', 0).ok).toBe(true);
    expect(limiter.take('a', 0).ok).toBe(false);
    expect(limiter.take('b', 0).ok).toBe(true);
  });

  it('refusals are counted until the bucket was full again', () => {
    const limiter = new RateLimiter({ burst: 1, perSecond: 1 });
    limiter.take('a', 0);
    expect(limiter.take('a', 0)).toMatchObject({ refused: 1 });
    expect(limiter.take('a', 100)).toMatchObject({ refused: 2 });
    expect(limiter.take('a', 2_000).ok).toBe(true);
    expect(limiter.take('a', 2_000)).toMatchObject({ refused: 1 });
  });

  it('the bucket of a flood is not swept away with those of users who are long gone', () => {
    const limiter = new RateLimiter({ burst: 1, perSecond: 1 });
    for (let i = 0; i < 10_000; i++) limiter.take(`u${i}`, i * 1_000);
    limiter.take('flooder', 10_000_000);
    for (let i = 0; i < 3_000; i++) limiter.take(`v${i}`, 10_000_000);
    expect(limiter.take('flooder', 10_000_000).ok).toBe(false);
  });
});

describe('group commit', () => {
  function harness(
    options: { maxItems?: number; maxSize?: number; turn?: () => Promise<void> } = {},
  ) {
    const batches: string[][] = [];
    const writes: (() => void)[] = [];
    const commit = new GroupCommit<string>({
      commit: (batch) => batches.push(batch),
      written: () => new Promise<void>((resolve) => writes.push(resolve)),
      turn: () => Promise.resolve(),
      sizeOf: (item) => item.length,
      maxItems: 100,
      maxSize: 1_000,
      ...options,
    });
    const settle = async () => {
      writes.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { commit, batches, settle };
  }

  it('an idle room takes the first at once', () => {
    const { commit, batches } = harness();
    void commit.push('a');
    expect(batches).toEqual([['a']]);
  });

  it('what comes while a batch is written goes together as the next', async () => {
    const { commit, batches, settle } = harness();
    const first = commit.push('a');
    for (const item of ['b', 'c', 'd']) await commit.push(item);
    expect(batches).toEqual([['a']]);
    await settle();
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
    await settle();
    await first;
  });

  it('after several at once the next waits for those close behind, after one alone no more', async () => {
    const { commit, batches, settle } = harness();
    void commit.push('a');
    for (const item of ['b', 'c']) await commit.push(item);
    await settle();
    await settle();
    expect(batches).toEqual([['a'], ['b', 'c']]);
    void commit.push('d');
    await commit.push('e');
    expect(batches).toHaveLength(2);
    await settle();
    expect(batches.at(-1)).toEqual(['d', 'e']);
    await settle();
    void commit.push('f');
    await settle();
    expect(batches.at(-1)).toEqual(['f']);
    await settle();
    void commit.push('g');
    expect(batches.at(-1)).toEqual(['g']);
  });

  it('what is flushed while others are waited for is not committed again', async () => {
    const { commit, batches, settle } = harness();
    void commit.push('a');
    await commit.push('b');
    await commit.push('c');
    await settle();
    await settle();
    const next = commit.push('d');
    commit.flush();
    await next;
    expect(batches).toEqual([['a'], ['b', 'c'], ['d']]);
    void commit.push('e');
    expect(batches.at(-1)).toEqual(['e']);
  });

  it('where some wait, those close behind them go along, as long as there are any', async () => {
    // One turn without anybody does not end the burst, two do.
    const closeBehind = ['c', undefined, 'd'];
    let turns = 0;
    const { commit, batches, settle } = harness({
      async turn() {
        turns += 1;
        const item = closeBehind.shift();
        if (item !== undefined) await commit.push(item);
      },
    });
    void commit.push('a');
    await settle();
    expect(turns).toBe(0);
    void commit.push('a2');
    await commit.push('b');
    await settle();
    expect(batches).toEqual([['a'], ['a2'], ['b', 'c', 'd']]);
    expect(turns).toBe(5);
  });

  it('no more are waited for than go along', async () => {
    let number = 0;
    const { commit, batches, settle } = harness({
      maxItems: 3,
      turn: async () => commit.push(`more${++number}`),
    });
    void commit.push('a');
    await commit.push('b');
    await settle();
    expect(batches.at(1)).toEqual(['b', 'more1', 'more2']);
  });

  it('a batch has an end, and a large item goes alone', async () => {
    const { commit, batches, settle } = harness({ maxItems: 2, maxSize: 5 });
    void commit.push('a');
    for (const item of ['b', 'c', 'd', 'eeeeeeee', 'ff', 'gggg']) await commit.push(item);
    for (let i = 0; i < 6; i++) await settle();
    expect(batches).toEqual([['a'], ['b', 'c'], ['d'], ['eeeeeeee'], ['ff'], ['gggg']]);
  });

  it('what waits can be committed at once, and is not committed again', async () => {
    const { commit, batches, settle } = harness();
    const first = commit.push('a');
    await commit.push('b');
    commit.flush();
    expect(batches).toEqual([['a'], ['b']]);
    await settle();
    await first;
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('a batch that fails does not take those behind it along', async () => {
    const seen: string[] = [];
    const commit = new GroupCommit<string>({
      commit: ([item]) => {
        if (item === 'bad') throw new Error('no');
        seen.push(item as string);
      },
      written: () => Promise.resolve(),
      turn: () => Promise.resolve(),
      sizeOf: () => 1,
      maxItems: 1,
      maxSize: 1,
    });
    const first = commit.push('bad');
    await commit.push('b');
    await commit.push('c');
    await expect(first).rejects.toThrow('no');
    expect(seen).toEqual(['b', 'c']);
    await commit.push('d');
    expect(seen).toEqual(['b', 'c', 'd']);
  });
});

describe('retention', () => {
  const policy = { maxAge: 60_000, maxEvents: 100 };
  const log = (head: number, oldest: number, oldestAt: number | undefined, old = 0) => ({
    head,
    oldest,
    oldestAt,
    newestBefore: () => old,
  });

  it('whichever is hit first: age or number', () => {
    expect(trimPoint(log(150, 1, 0), policy, 1)).toBe(50);
    expect(trimPoint(log(150, 1, 0, 70), policy, 1)).toBe(70);
  });

  it('trims in bulk: not for each event beyond the limit', () => {
    expect(nextTrim(log(100, 1, 0), policy, 5)).toBe(62_000);
    expect(nextTrim(log(110, 1, 0), policy, 5)).toBe(62_000);
    expect(nextTrim(log(111, 1, 0), policy, 5)).toBe(5);
  });

  it('an empty log needs no alarm', () => {
    expect(nextTrim(log(9, 10, undefined), policy, 5)).toBeUndefined();
  });
});
