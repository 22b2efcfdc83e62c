/** Who may do what to a message. */
import { RECALL_WINDOW_MS } from '../../shared/limits.ts';
import type { ActionFrame, ChatMessage, User } from '../../shared/protocol.ts';
import { audienceAbout } from './audience.ts';
import { type Decision, findMessage, refused, type Scene } from './decision.ts';
import { isHost } from './roles.ts';

/** Decides on what `author` wants to do. */
export function decideAction(
  author: User,
  { type, target }: Omit<ActionFrame, 'id'>,
  scene: Scene,
): Decision {
  switch (type) {
    case 'recall':
      return decideRecall(author, target, scene);
    case 'vote':
    case 'resolve':
      return refused('forbidden', `nobody may ${type} here`);
  }
}

/** The sender for a while, a host at any time. */
function decideRecall(author: User, target: number, scene: Scene): Decision {
  const message = findMessage(scene, author, target);
  if (!message || message.content.type === 'recalled') {
    return refused('not_found', `there is no message ${target} to recall`);
  }
  if (!isHost(author.role)) {
    if (message.from.id !== author.id) {
      return refused('forbidden', 'only its sender and the hosts may recall a message');
    }
    if (scene.at - message.at > RECALL_WINDOW_MS) {
      const minutes = RECALL_WINDOW_MS / 60_000;
      return refused('too_late', `a message may be recalled for ${minutes} minutes`);
    }
  }
  return { ...accept('recall', author, message), recalled: message };
}

/** An action reaches those who see what it is done to, and nobody else [R6]. */
function accept(
  kind: ActionFrame['type'],
  author: User,
  target: ChatMessage,
): Extract<Decision, { type: 'accepted' }> {
  const body = { kind, target: target.seq, ...audienceAbout(target, author.id) };
  return { type: 'accepted', body };
}
