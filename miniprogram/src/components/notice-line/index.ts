/** What the room, or somebody who runs it, has to say to all, or to the reader alone. */
Component({
  properties: {
    text: String,
    /** Empty unless it is for the reader alone. */
    privacy: String,
  },
});
