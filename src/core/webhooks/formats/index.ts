import type { Format, Message } from '../model.ts';
import { toDiscordBody } from './discord.ts';
import { toSlackBody } from './slack.ts';
import { toStandardBody } from './standard.ts';

/** The body of a message in a format: the same bytes at every attempt. */
export const toBody = (format: Format, message: Message): string => {
  switch (format) {
    case 'standard':
      return toStandardBody(message);
    case 'discord':
      return toDiscordBody(message);
    case 'slack':
      return toSlackBody(message);
    default:
      return format satisfies never;
  }
};
