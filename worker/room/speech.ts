/** Who may say what to whom. */
import type { Audience, ChatMessage, SendContent, SendFrame, User } from '../../shared/protocol.ts';
import { audienceAbout, canSee, namedUsers } from './audience.ts';
import {
  type Decision,
  type EventBody,
  findMessage,
  findQuestion,
  refused,
  type Scene,
} from './decision.ts';
import type { RoomSettings } from './ports.ts';
import { isHost, roleOf } from './roles.ts';

/** Decides on what `author` wants to say; a back end may write to users who have not been here yet. */
export function decideSend(
  author: User,
  { content, to, replyTo }: Omit<SendFrame, 'type' | 'id'>,
  scene: Scene,
  fromBackEnd: boolean,
): Decision {
  // Notices and answers stand out from what people say: a room's hosts and back ends speak for it.
  if ((content.type === 'notice' || content.type === 'answer') && !isHost(author.role)) {
    return refused('forbidden', `a ${author.role} may not send a ${content.type}`);
  }
  if (replyTo !== undefined && !findMessage(scene, author, replyTo)) {
    return refused('not_found', `there is no message ${replyTo} to reply to`);
  }
  const missing = to && !fromBackEnd ? missingIn(to, scene) : undefined;
  if (missing !== undefined) return refused('not_found', missing);
  let audience: Pick<EventBody, 'to' | 'also'> = to ? { to } : {};
  if (content.type === 'answer') {
    const question = findQuestion(scene, author, content.question);
    if (!question) {
      return refused('not_found', `there is no question ${content.question} to answer`);
    }
    const { asked } = question;
    if (to && !isWithin(to, asked, scene.settings)) {
      return refused('forbidden', 'an answer to a private question is for those who see that');
    }
    audience = audienceAbout(to ? { ...asked, to } : asked, author.id);
  }
  const said = describe(content, author, scene);
  if (!said)
    return refused('not_found', 'there is nothing at this url that this user may send here');
  const body: EventBody = { kind: 'message', content: said, ...audience };
  if (replyTo !== undefined) body.replyTo = replyTo;
  return { type: 'accepted', body };
}

/** What is said, with the server's own word for what was uploaded [R7]. */
function describe(content: SendContent, author: User, scene: Scene): SendContent | undefined {
  return 'url' in content ? scene.describeMedia(content.url, author.id) : content;
}

/** Whether an audience has nobody in it who may not see `message` [R6]. */
function isWithin(to: Audience, message: ChatMessage, settings: RoomSettings): boolean {
  if (!message.to) return true;
  if ('users' in to) {
    return to.users.every((id) => canSee({ id, role: roleOf(id, settings) }, message));
  }
  return 'group' in to
    ? 'group' in message.to && message.to.group === to.group
    : 'role' in message.to;
}

/** A message to nobody known would vanish without a word: most often it is a typing error. */
function missingIn(to: Audience, { settings, attendance, addresses }: Scene): string | undefined {
  if ('users' in to) {
    const stranger = to.users.find(
      (id) => !attendance.isOnline(id) && !addresses.has(`user:${id}`),
    );
    return stranger === undefined ? undefined : `user ${stranger} has never been in this room`;
  }
  if ('group' in to) {
    const known = attendance.isGroupOnline(to.group) || addresses.has(`group:${to.group}`);
    return known ? undefined : `group ${to.group} has never been in this room`;
  }
  return namedUsers(to, settings).length > 0 ? undefined : 'this room has no host';
}
