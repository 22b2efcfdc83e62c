/** All that the operator's pages say, in the language of operators of mini-programs. */
import type { ErrorCode } from '../../shared/errors.ts';
import type { Content, Role } from '../../shared/protocol.ts';
import type { PrivateContent } from '../room/journal.ts';
import type { ModerationAction } from './paths.ts';

export const PRODUCT = 'edge-chat 运营台';

export const ROLES: Readonly<Record<Role, string>> = {
  owner: '房主',
  host: '主持人',
  member: '',
};

/** What a message is called in the log; of a text nothing needs to be said. */
export const KINDS: Readonly<Record<Content['type'] | PrivateContent['type'], string>> = {
  text: '',
  question: '提问',
  answer: '回答',
  image: '图片',
  voice: '语音',
  notice: '公告',
  recalled: '',
  private: '私聊',
};

export const ACTIONS: Readonly<Record<ModerationAction, string>> = {
  mute: '禁言',
  unmute: '解除禁言',
  kick: '移出',
  ban: '封禁',
  unban: '解除封禁',
};

/** What the page asks before it does so. */
export const QUESTIONS: Readonly<Record<ModerationAction, string>> = {
  mute: '禁言后，对方仍能看到消息，但不能发言。',
  unmute: '解除后，对方马上可以发言。',
  kick: '对方的所有连接会立即断开，但可以重新进入房间。',
  ban: '对方的所有连接会立即断开，封禁期间不能进入房间，也看不到房间里的内容。',
  unban: '解除后，对方马上可以进入房间。',
};

/** For how long, in minutes; the first is proposed. */
export const DURATIONS: readonly (readonly [minutes: string, words: string])[] = [
  ['10', '10 分钟'],
  ['60', '1 小时'],
  ['1440', '1 天'],
  ['10080', '7 天'],
  ['', '永久'],
];

/** What was done, as the next page says it. */
export const DONE = {
  mute: '已禁言。',
  unmute: '已解除禁言。',
  kick: '已移出房间。',
  ban: '已封禁。',
  unban: '已解除封禁。',
  announce: '公告已发出。',
  announcements: '公告已安排。',
  remove: '公告已删除。',
  recall: '消息已撤回。',
  settings: '设置已保存。',
} as const;

export type Done = keyof typeof DONE;

/** Whether this is something that was done: addresses are anybody's to write. */
export function isDone(value: string | undefined): value is Done {
  return value !== undefined && Object.hasOwn(DONE, value);
}

/** What an operator can do about a refusal. */
export const REFUSALS: Readonly<Record<ErrorCode, string>> = {
  bad_frame: '填写的内容不符合要求，请修改后再提交。',
  unauthorized: '密钥不正确，请重新输入。',
  forbidden: '这个操作不被允许。',
  banned: '该用户已被封禁。',
  too_large: '内容太长，请缩短后再提交。',
  rate_limited: '操作太频繁，请稍后再试。',
  room_full: '房间已满，请稍后再试。',
  server_error: '服务器出错，请稍后再试。',
  slow_mode: '房间处于慢速模式，请稍后再试。',
  muted: '该用户已被禁言。',
  not_found: '没有找到，可能已被撤回、清理，或者地址不对。',
  too_late: '已经太晚，无法再这样做。',
  content_rejected: '内容未通过审核，请修改后再提交。',
};

export const WORDS = {
  login: '登录',
  logout: '退出登录',
  key: '管理密钥',
  keyHint: '部署时设置的 ADMIN_KEY，登录 12 小时有效。',
  needKey: '请输入管理密钥。',
  loggedOut: '登录已失效，请重新登录。',
  wrongKey: '密钥不正确，请重新输入。',
  noKey: '服务器还没有设置管理密钥：运行 npx wrangler secret put ADMIN_KEY 之后再来。',
  foreignForm: '这个请求不是从运营台发出的，已拒绝。请回到运营台再试。',
  sorry: '没有成功',
  code: '错误代码',
  rooms: '房间',
  roomsLive: '正在进行的房间',
  findRoom: '房间号',
  openRoom: '进入',
  total: (rooms: number, people: number) => `${rooms} 个房间，${people} 人在线`,
  noRooms: '现在没有房间有人',
  noRoomsHint: '有人进入房间后，几秒内会出现在这里。空房间保留一小时。',
  online: '人在线',
  perMinute: '条/分钟',
  head: '条记录',
  empty: '无人',
  mayBeOld: '久未更新',
  more: (shown: number, total: number) => `只列出人数最多的 ${shown} 个房间，共 ${total} 个。`,
  log: '动态',
  people: '成员',
  sanctioned: '禁言与封禁',
  nobody: '没有人在线',
  moreOnline: (shown: number, total: number) => `只列出 ${shown} 人，共 ${total} 人在线。`,
  noEvents: '还没有任何消息',
  newer: '回到最新',
  older: '更早的',
  autoRefresh: '每 5 秒自动更新',
  pause: '暂停',
  paused: '已暂停更新',
  resume: '继续更新',
  neverEntered: '还没有人进入过这个房间。',
  back: '返回',
  cancel: '取消',
  recall: '撤回',
  recallTitle: '撤回这条消息？',
  recallHint: '撤回后，所有人都看不到它的内容，也无法恢复。',
  recalled: '消息已撤回',
  privateTo: '内容不可见，发给',
  announce: '发公告',
  announcePlaceholder: '向房间里所有人发公告…',
  announceText: '公告内容',
  announceSome: '定向公告',
  announceLater: '定时公告',
  delay: '多少分钟以后发布',
  delayHint: '留空则立即发布；反复发布时留空，则一个间隔以后第一次发布',
  every: '每隔多少分钟重复',
  everyHint: '留空则只发布一次；没有人在线时，重复的公告暂不发布',
  everyMinutes: (minutes: number) => `每 ${minutes} 分钟一次`,
  plan: '安排',
  planned: (count: number, most: number) => `已安排 ${count} 条，最多 ${most} 条`,
  tooManyPlanned: (most: number) => `最多安排 ${most} 条公告，请先删除一条。`,
  nonePlanned: '还没有安排公告。',
  remove: '删除',
  export: '导出',
  send: '发送',
  audience: '发给谁',
  all: '所有人',
  hosts: '房主和主持人',
  group: '一个分组',
  users: '指定用户',
  groupHint: '分组名',
  usersHint: '用户 ID，每行一个，最多 50 个',
  settings: '设置',
  title: '房间名称',
  titleHint: '留空则显示房间号',
  owner: '房主',
  ownerHint: '用户 ID，留空则没有房主',
  hostsHint: '主持人的用户 ID，每行一个，最多 50 个',
  hostsLabel: '主持人',
  slowMode: '慢速模式',
  slowModeHint: '成员两次发言之间至少间隔的秒数，0 为关闭，最多 3600',
  check: '内容检查',
  checkHint: '先检查：通过后才发布。后检查：先发布，不合格再撤回。不检查：连敏感词也不查。',
  asDeployed: '按部署时的设置',
  checkBefore: '先检查后发布',
  checkAfter: '先发布后检查',
  checkOff: '不检查',
  onCheckFailure: '微信没有答复时',
  failureAllow: '照常发布',
  failureHold: '等到能检查为止',
  blockedWords: '这个房间的敏感词',
  blockedWordsHint: '每行一个，最多 500 个，每个最多 32 字',
  save: '保存',
  person: '成员',
  userId: '用户 ID',
  findPerson: '按用户 ID 查找',
  findPersonHint: '没来过或已离开的人也可以先禁言、封禁。',
  find: '查找',
  duration: '时长',
  state: '状态',
  isOnline: '在线',
  isOffline: '不在线',
  forGood: '永久',
  time: '时间为北京时间',
  votedFor: (seq: number) => `也想知道 #${seq}`,
  resolvedOne: (seq: number) => `关闭了提问 #${seq}`,
  recalledOne: (seq: number) => `撤回了 #${seq}`,
  slowModeOff: '关闭了慢速模式',
  slowModeOn: (seconds: number) => `开启了慢速模式：每 ${seconds} 秒一条`,
  answerTo: (seq: number) => `回答 #${seq}`,
  openPicture: '查看原图',
  seconds: (count: number) => `${count} 秒`,
  replyTo: (seq: number) => `回复 #${seq}`,
  secondsAgo: (count: number) => `${count} 秒前`,
  minutesAgo: (count: number) => `${count} 分钟前`,
  hoursAgo: (count: number) => `${count} 小时前`,
  justNow: '刚刚',
  until: (time: string) => `至 ${time}`,
} as const;
