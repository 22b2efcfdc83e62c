/** A question as it stands: how many want to know it too, and whether it has been answered. */
Component({
  properties: {
    text: String,
    votes: Number,
    voted: Boolean,
    /** `open`, `answered` or `resolved`. */
    status: String,
    /** It has arrived: only then others can be told anything about it. */
    sent: Boolean,
    /** The reader asked it. */
    mine: Boolean,
    /** Whether the reader may answer it. */
    host: Boolean,
  },
  methods: {
    onVote() {
      const { sent, voted } = this.data;
      if (sent && !voted) this.triggerEvent('vote');
    },
    onAnswer() {
      this.triggerEvent('answer');
    },
  },
});
