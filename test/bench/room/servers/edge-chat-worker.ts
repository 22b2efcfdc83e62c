/** The Worker as it is deployed; says when a room's object is made, which is when it wakes. */
import { ChatRoom as DeployedRoom } from '../../../../worker/index.ts';

export * from '../../../../worker/index.ts';
export { default } from '../../../../worker/index.ts';

export class ChatRoom extends DeployedRoom {
  constructor(...args: ConstructorParameters<typeof DeployedRoom>) {
    super(...args);
    console.log('room is awake');
  }
}
