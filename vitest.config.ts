import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { TEST_SECRETS } from './test/support/secrets.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          // None waits for anything; on a busy machine the properties take their time.
          testTimeout: 60_000,
          include: [
            'test/shared/**/*.test.ts',
            'test/worker/room/**/*.test.ts',
            'test/miniprogram/{view,platform}/**/*.test.ts',
          ],
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...TEST_SECRETS,
                ALLOW_GUESTS: 'true',
                ALLOWED_ORIGINS: 'https://chat.example, http://localhost:*',
                WECHAT_API_BASE: inject('wechatApiBase'),
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          testTimeout: 60_000,
          include: ['test/worker/*.test.ts', 'test/worker/http/*.test.ts'],
          globalSetup: ['test/support/wechat-stand-in.ts'],
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
