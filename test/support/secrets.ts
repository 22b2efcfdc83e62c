/** What the tests' server is given as secrets. None is used anywhere else. */
export const TEST_SECRETS = {
  SESSION_SECRET: 'test-session-secret-of-more-than-32-characters',
  ADMIN_KEY: 'test-admin-key-of-more-than-32-characters',
  WECHAT_APPID: 'wx-test-appid',
  WECHAT_SECRET: 'test-wechat-secret',
  WECHAT_PUSH_TOKEN: 'test-push-token',
};
