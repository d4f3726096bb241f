import { AppError } from '@vibecode/platform/errors';

/** `details.channels` are those that can be chosen. */
export class ChannelUnavailableError extends AppError {
  constructor(channel: string, channels: readonly string[]) {
    super(
      'NOTIFICATION_CHANNEL_UNAVAILABLE',
      `Notifications are not delivered by ${channel} here; choose ${channels.join(' or ')}.`,
      { details: { channel, channels } },
    );
  }
}
