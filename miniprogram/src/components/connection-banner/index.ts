/** The line above the messages that says how the connection stands; nothing while all is well. */
Component({
  properties: {
    text: String,
    /** `waiting`, `warning` or `good`. */
    tone: { type: String, value: 'waiting' },
  },
});
