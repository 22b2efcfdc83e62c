import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { TEST_SECRETS } from './test/support/secrets.ts';

/** How much bad input is tried: enough for each change, and any amount for who wants to look longer. */
const amount = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

const WRANGLER = { configPath: './wrangler.toml' };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          // None waits for anything; on a busy machine the properties take their time.
          testTimeout: 60_000,
          include: [
            'test/{shared,fuzz,bench}/**/*.test.ts',
            'test/worker/{room,safety,media/formats}/**/*.test.ts',
            'test/miniprogram/{chat,view,platform}/**/*.test.ts',
          ],
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: WRANGLER,
            miniflare: {
              bindings: {
                ...TEST_SECRETS,
                ALLOW_GUESTS: 'true',
                LOG_LEVEL: 'error',
                ALLOWED_ORIGINS: 'https://chat.example, http://localhost:*',
                WECHAT_API_BASE: inject('wechatApiBase'),
                CONTENT_CHECK: 'wechat',
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          testTimeout: 60_000,
          include: ['test/worker/*.test.ts', 'test/worker/{http,media}/*.test.ts'],
          globalSetup: ['test/support/wechat-stand-in.ts'],
          provide: {
            badFrames: amount('BAD_FRAMES', 10_000),
            badRequests: amount('BAD_REQUESTS', 2_000),
          },
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: WRANGLER,
            // The phones' time runs faster than the server's: its rate limit would hold them up.
            miniflare: {
              bindings: {
                ...TEST_SECRETS,
                ALLOW_GUESTS: 'true',
                LOG_LEVEL: 'error',
                RATE_BURST: '10000',
              },
            },
          }),
        ],
        test: {
          name: 'chaos',
          testTimeout: 300_000,
          include: ['test/chaos/*.test.ts'],
        },
      },
      {
        test: {
          name: 'build',
          testTimeout: 60_000,
          include: ['test/scripts/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // One server at a time, and after all else: two that start at once may want the same port.
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'preview',
          environment: 'jsdom',
          include: ['test/miniprogram/preview/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Its two packages must share one copy of it.
          server: { deps: { inline: [/glass-easel/] } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/e2e/support/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          // Not every request comes through `wrangler dev`: see scripts/outlive-proxy.ts.
          retry: 2,
          // After all others, two at a time: a browser and a server have enough to do with that.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'components',
          environment: 'jsdom',
          include: ['test/miniprogram/components/**/*.test.ts'],
          globalSetup: ['test/support/built-app.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          server: { deps: { inline: [/glass-easel/] } },
        },
      },
    ],
  },
});
