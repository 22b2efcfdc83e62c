/** Who may do what to a message. */
import { RECALL_WINDOW_MS } from '../../shared/limits.ts';
import type { ActionFrame, ChatMessage, User } from '../../shared/protocol.ts';
import { audienceAbout } from './audience.ts';
import { type Decision, findMessage, findQuestion, refused, type Scene } from './decision.ts';
import { stateOf } from './question-book.ts';
import { isHost } from './roles.ts';

/** Decides on what `author` wants to do; a back end may recall what it can't see. */
export function decideAction(
  author: User,
  { type, target }: Omit<ActionFrame, 'id'>,
  scene: Scene,
  fromBackEnd: boolean,
): Decision {
  switch (type) {
    case 'recall':
      return decideRecall(author, target, scene, fromBackEnd);
    case 'vote':
      return decideVote(author, target, scene);
    case 'resolve':
      return decideResolve(author, target, scene);
  }
}

/** The sender for a while, a host at any time. */
function decideRecall(author: User, target: number, scene: Scene, fromBackEnd: boolean): Decision {
  const message = findMessage(scene, fromBackEnd ? undefined : author, target);
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

/** Everybody but the asker, once, while the question is open to them. */
function decideVote(author: User, target: number, scene: Scene): Decision {
  const question = findQuestion(scene, author, target);
  if (!question) return refused('not_found', `there is no question ${target} to vote for`);
  const { asked, votes } = question;
  if (asked.from.id === author.id) {
    return refused('forbidden', 'a vote for a question of one’s own does not count');
  }
  const vote = votes.get(author.id);
  if (vote) return { type: 'repeated', place: vote };
  const state = stateOf(question, author);
  return state === 'open'
    ? accept('vote', author, asked)
    : refused('too_late', `question ${target} is ${state}`);
}

/** Hosts only; whether it was answered or not. */
function decideResolve(author: User, target: number, scene: Scene): Decision {
  if (!isHost(author.role)) return refused('forbidden', 'only hosts may resolve a question');
  const question = findQuestion(scene, author, target);
  if (!question) return refused('not_found', `there is no question ${target} to resolve`);
  const { asked, resolved } = question;
  return resolved ? { type: 'repeated', place: resolved } : accept('resolve', author, asked);
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
