/** Who is in the room; a tap on somebody begins a private message. */

/** A line of the sheet. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly avatar: string;
  readonly initial: string;
  readonly color: string;
  readonly role: string;
  readonly group: string;
  readonly self: boolean;
}

Component({
  properties: {
    visible: Boolean,
    online: Number,
    members: { type: Array, value: [] as Member[] },
    /** There are too many people to list them. */
    crowded: Boolean,
  },
  methods: {
    onVisible({ detail }: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!detail.visible) this.triggerEvent('close');
    },
    onClose() {
      this.triggerEvent('close');
    },
    onMember({ currentTarget }: WechatMiniprogram.BaseEvent<object, { id: string }>) {
      const member = this.data.members.find(({ id }) => id === currentTarget.dataset.id);
      if (member && !member.self) this.triggerEvent('member', member);
    },
  },
});
