/** Asks how somebody wants to be called and shown, the way WeChat wants that to be asked. */
import { nameProblem, sendable } from '../../view/compose.ts';
import { faceOf } from '../../view/face.ts';

Component({
  properties: {
    visible: Boolean,
    name: String,
    avatar: String,
    /** The server is being asked. */
    busy: Boolean,
    /** What is wrong with the name, as the server says. */
    problem: String,
  },
  data: { open: false, text: '', picture: '', initial: '', color: '#07c160' },
  observers: {
    'visible, name, avatar'(visible: boolean, name: string, avatar: string) {
      // Also called when the page says again what it said before: what was typed meanwhile stays.
      if (visible === this.data.open) return;
      const known = { text: name, picture: avatar, ...this.face(name) };
      this.setData({ open: visible, ...(visible && known) });
    },
  },
  methods: {
    face(name: string): { initial: string; color: string } {
      const { initial, color } = faceOf({ id: name, name });
      return { initial: name === '' ? '' : initial, color };
    },
    onName({ detail }: WechatMiniprogram.Input) {
      this.setData({ text: detail.value, ...this.face(detail.value.trim()) });
    },
    onAvatar({ detail }: WechatMiniprogram.CustomEvent<{ avatarUrl: string }>) {
      if (detail.avatarUrl) this.setData({ picture: detail.avatarUrl });
    },
    onSave() {
      if (this.data.busy) return;
      const name = sendable(this.data.text);
      const problem = nameProblem(name);
      if (problem) wx.showToast({ title: problem, icon: 'none' });
      else this.triggerEvent('save', { name, avatar: this.data.picture });
    },
    onVisible({ detail }: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!detail.visible) this.triggerEvent('close');
    },
  },
});
