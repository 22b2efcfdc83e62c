/** What people are told, in their language: one sentence, what happened and what to do. */
import type { ErrorCode, Refusal } from '../../../shared/errors.ts';
import { MAX_ANNOUNCEMENTS, MAX_MEDIA_BYTES, MAX_TEXT_LENGTH } from '../../../shared/limits.ts';
import type { ActionFrame, Role, SendContent } from '../../../shared/protocol.ts';
import type { ConnectionState } from '../chat/connection.ts';
import type { ChatModeration } from '../chat/timeline.ts';

const REFUSALS: Readonly<Record<ErrorCode, string>> = {
  bad_frame: '这条内容无法识别，请检查后再试',
  unauthorized: '登录已失效，请重新进入',
  forbidden: '你没有权限这样做',
  banned: '你已被禁止进入，如有疑问请联系管理员',
  too_large: '内容太长，请缩短后再试',
  rate_limited: '操作太频繁，请稍后再试',
  room_full: '房间已满，请稍后再试',
  server_error: '服务器开小差了，请稍后再试',
  slow_mode: '房间已开启慢速模式，请稍后再发',
  muted: '你已被禁言，暂时不能发言',
  not_found: '对方或消息不存在，可能已被删除',
  too_late: '发送已超过 2 分钟，不能撤回了',
  content_rejected: '内容不符合规范，请修改后再发',
};

/** Why a message, or something else that was asked for, was refused. */
export function refusalText(refusal: Refusal | undefined): string {
  return refusal ? REFUSALS[refusal.code] : '网络不给力，请稍后再试';
}

/**
 * Why a message waits although it could be sent; empty where the clock beside it says enough. Of a
 * single message the server says "later" when its content could not be checked yet.
 */
export function waitingText({ code, retryAfter }: Refusal): string {
  return code === 'server_error' && retryAfter !== undefined ? '内容等待审核，稍后会自动发出' : '';
}

const MAX_MB = MAX_MEDIA_BYTES / 1024 / 1024;

/** Why a file could not be uploaded, where a file is what that is about. */
const UPLOAD_FAILURES: Readonly<
  Record<'image' | 'voice', Partial<Readonly<Record<ErrorCode, string>>>>
> = {
  image: {
    bad_frame: '图片格式不支持或已损坏，请换一张',
    too_large: `图片超过 ${MAX_MB} MB，请换一张小一点的`,
    not_found: '图片已失效，请重新选择',
    content_rejected: '图片不符合规范，请换一张',
  },
  voice: {
    bad_frame: '语音无法识别，请重新录制',
    too_large: '语音太长，请分几条发送',
    not_found: '语音已失效，请重新录制',
    content_rejected: '语音不符合规范，请重新录制',
  },
};

/** What stands below a message that could not be sent. */
export function failureText(content: SendContent, refusal: Refusal | undefined): string {
  const upload = refusal && 'url' in content && UPLOAD_FAILURES[content.type][refusal.code];
  // Once uploaded, it may be the recipient who is not there.
  const isUploaded = 'url' in content && content.url !== '';
  if (upload && !(isUploaded && refusal.code === 'not_found')) return upload;
  // The same words again would be refused again.
  if (refusal?.code === 'content_rejected') return refusalText(refusal);
  return `${refusalText(refusal)}，点按重发`;
}

/** Why a picture that was chosen can't be sent. */
export const PICTURE_PROBLEMS = {
  format: '只能发送 JPG、PNG、GIF 和 WebP 图片，请换一张',
  unreadable: '图片无法读取，请换一张',
  too_large: `图片超过 ${MAX_MB} MB，请换一张小一点的`,
} as const;

const TOO_LATE_TO_VOTE = '问题已有回答或已解决，不用再关注了';

/** Why something that was to be done to a message was refused. */
export function actionRefusalText(
  action: ActionFrame['type'],
  refusal: Refusal | undefined,
): string {
  const tooLate = action === 'vote' && refusal?.code === 'too_late';
  return tooLate ? TOO_LATE_TO_VOTE : refusalText(refusal);
}

/** Why something can't be announced later; `planned` is how many announcements there are already. */
export function announcementRefusalText(refusal: Refusal | undefined, planned: number): string {
  if (refusal?.code === 'forbidden' && planned >= MAX_ANNOUNCEMENTS) {
    return `最多安排 ${MAX_ANNOUNCEMENTS} 条公告，请先删除一条`;
  }
  return refusalText(refusal);
}

const NAME_REJECTED = '昵称不符合规范，请换一个再进入';

/** Why somebody may not be called so. */
export function nameRefusalText(refusal: Refusal | undefined): string {
  return refusal?.code === 'content_rejected' ? NAME_REJECTED : refusalText(refusal);
}

const CLOSED: Partial<Readonly<Record<ErrorCode, string>>> = {
  bad_frame: '房间不存在或名称有误，请检查后再进入',
  forbidden: '你已被移出房间或无权进入，请联系管理员',
  content_rejected: NAME_REJECTED,
};

/** Why a room can't be entered, or had to be left. */
export function closedText(refusal: Refusal): string {
  return CLOSED[refusal.code] ?? REFUSALS[refusal.code];
}

export interface Banner {
  readonly tone: 'waiting' | 'warning' | 'good';
  readonly text: string;
}

/** What the line above the messages says about the connection; `undefined` when all is well. */
export function bannerOf(state: ConnectionState): Banner | undefined {
  switch (state.name) {
    case 'online':
      return undefined;
    case 'connecting':
      return { tone: 'waiting', text: '连接中…' };
    case 'closed':
      return state.refusal && { tone: 'warning', text: closedText(state.refusal) };
    case 'offline':
      return state.because === 'network'
        ? { tone: 'warning', text: '网络不可用，消息会在恢复后发出' }
        : { tone: 'waiting', text: '连接已断开，正在重连…' };
  }
}

export const RECOVERED: Banner = { tone: 'good', text: '已恢复连接' };

/** What was done by those who run the room, as it stands between the messages. */
export function moderationText(act: ChatModeration, selfId: string): string {
  if (act.action === 'slow_mode') {
    return act.seconds === 0 ? '慢速模式已关闭' : `慢速模式已开启，每 ${act.seconds} 秒可发一条`;
  }
  const whom = act.user === selfId ? '你' : `“${act.name ?? '一位用户'}”`;
  switch (act.action) {
    case 'mute':
      return `${whom}被禁言`;
    case 'unmute':
      return `${whom}被解除禁言`;
    case 'kick':
      return `${whom}被移出房间`;
    case 'ban':
      return `${whom}被禁止进入`;
    case 'unban':
      return `${whom}可以再次进入`;
  }
}

const ROLES: Readonly<Record<Role, string>> = { owner: '房主', host: '主持人', member: '' };

/** What stands beside a name. */
export function roleText(role: Role): string {
  return ROLES[role];
}

/** Why a text can't be sent as it is. */
export const EMPTY_TEXT = '消息不能为空';
export const TOO_LONG_TEXT = `最多 ${MAX_TEXT_LENGTH} 字，请分几条发送`;
