import { setTimeout as delay } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import type { Notification } from './notification.entity.ts';
import { findLastId, findNotificationsAfter } from './notification.repository.ts';

export interface NotificationFeedOptions {
  readonly orm: MikroORM;
  readonly broadcast: Broadcast;
  /** Longest time a notification waits whose broadcast was lost, say in a crash right after the commit. Default 10,000. */
  readonly pollIntervalMs?: number;
}

const BATCH_SIZE = 100;

/** The channel on which every instance hears that a user has new notifications. */
const toChannel = (userId: string) => `notification:${userId}`;

/**
 * Follows a user's notifications. The database says what there is and in which order; the broadcast only says that it is
 * time to look. So whatever the broadcast loses or repeats, a follower sees each notification once and misses none.
 */
export class NotificationFeed {
  readonly #options: NotificationFeedOptions;

  constructor(options: NotificationFeedOptions) {
    this.#options = options;
  }

  /** Call after the commit. */
  async announce(userId: string): Promise<void> {
    await this.#options.broadcast.publish(toChannel(userId), '');
  }

  /**
   * @param afterId the last one seen: those after it come at once. Null: only what comes from now on
   * @param signal ends it
   */
  follow(userId: string, afterId: string | null, signal: AbortSignal): AsyncIterableIterator<Notification> {
    return toStoppable((stop) => this.#follow(userId, afterId, stop), signal);
  }

  async *#follow(userId: string, afterId: string | null, stop: AbortSignal): AsyncGenerator<Notification, void> {
    const { orm, broadcast, pollIntervalMs = 10_000 } = this.#options;
    let news = Promise.withResolvers<void>();
    const wake = () => news.resolve();
    await using _ = await broadcast.subscribe(toChannel(userId), wake, wake);
    stop.addEventListener('abort', wake, { once: true });
    let cursor = afterId ?? (await findLastId(orm.em.fork(), userId));
    while (!stop.aborted) {
      // Made before looking: what is announced while we look makes us look again.
      news = Promise.withResolvers();
      const found = await findNotificationsAfter(orm.em.fork(), userId, cursor, BATCH_SIZE);
      for (const notification of found) {
        if (stop.aborted) return;
        cursor = notification.id;
        yield notification;
      }
      if (found.length < BATCH_SIZE && !stop.aborted) await this.#wait(news.promise, pollIntervalMs, stop);
    }
  }

  async #wait(news: Promise<void>, pollIntervalMs: number, stop: AbortSignal): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, stop]);
    // Rejects only when it is aborted, which ends the wait.
    await Promise.race([news, delay(pollIntervalMs, undefined, { signal }).catch(() => undefined)]);
    done.abort();
  }
}
