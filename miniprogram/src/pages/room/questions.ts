/** Between the questions of the room and their panel, and the entry that opens it. */
import { questions, withSession } from '../../chat/http.ts';
import { QuestionBoard } from '../../chat/question-board.ts';
import type { RoomChange, RoomClient } from '../../chat/room-client.ts';
import type { Services } from '../../platform/services.ts';
import { QuestionLines, type QuestionTab } from '../../view/question-lines.ts';
import type { QuestionPanel } from './types.ts';

/** What the page shows of the questions outside of their lists. */
export interface QuestionsState {
  /** Whether there is an entry: not where nobody has asked anything. */
  readonly entry: boolean;
  readonly open: number;
  readonly done: number;
  readonly state: 'loading' | 'failed' | 'ready';
  readonly note: string;
}

export const NO_QUESTIONS: QuestionsState = {
  entry: false,
  open: 0,
  done: 0,
  state: 'loading',
  note: '',
};

export class QuestionFeed {
  private readonly client: RoomClient;
  private readonly board: QuestionBoard;
  private readonly ownAvatar: string;
  private readonly onState: (state: QuestionsState) => void;
  private state = NO_QUESTIONS;
  private panel: QuestionPanel | undefined;
  private lines: QuestionLines | undefined;

  /** `onState` hears of a state only when it is another than the last. */
  constructor(client: RoomClient, services: Services, onState: (state: QuestionsState) => void) {
    const { http, ports, account } = services;
    this.client = client;
    this.ownAvatar = account.profile?.avatar ?? '';
    this.onState = onState;
    this.board = new QuestionBoard({
      room: client,
      clock: ports.clock,
      random: ports.random,
      ask: () => withSession(ports.sessions, (token) => questions(http, token, client.room)),
      onChange: () => this.show(),
    });
  }

  /** Something has changed in the room. */
  tell(change: RoomChange): void {
    this.board.tell(change);
    if (change.connection) this.show();
  }

  /** The panel is about to be seen. */
  open(panel: QuestionPanel): void {
    const { board } = this;
    const selfId = this.client.self.id;
    this.panel = panel;
    this.lines = new QuestionLines({ selfId, ownAvatar: this.ownAvatar, now: Date.now() });
    const { open, done } = this.state;
    const tab = open === 0 && done > 0 ? 'done' : 'open';
    panel.begin(tab, this.lines.show(board.questions ?? []));
    board.refresh();
  }

  /** Nobody looks at the panel any more. */
  close(): void {
    this.panel = undefined;
    this.lines = undefined;
  }

  extend(tab: QuestionTab): void {
    if (this.lines) this.panel?.show(this.lines.extend(tab));
  }

  retry(): void {
    this.board.refresh();
  }

  stop(): void {
    this.board.stop();
  }

  private show(): void {
    const { questions } = this.board;
    if (this.lines && questions) this.panel?.show(this.lines.show(questions));
    const state = this.currentState();
    const isSame = (Object.keys(state) as (keyof QuestionsState)[]).every(
      (key) => state[key] === this.state[key],
    );
    this.state = state;
    if (!isSame) this.onState(state);
  }

  private currentState(): QuestionsState {
    const { questions, hasFailed } = this.board;
    const open = questions?.filter(({ state }) => state === 'open').length ?? 0;
    return {
      // Where asking failed, the panel is where to ask again.
      entry: questions ? questions.length > 0 : hasFailed,
      open,
      done: (questions?.length ?? 0) - open,
      state: questions ? 'ready' : hasFailed ? 'failed' : 'loading',
      note: this.client.isCaughtUp
        ? hasFailed
          ? '更新失败，点按重试'
          : ''
        : '连接已断开，恢复后会自动更新',
    };
  }
}
