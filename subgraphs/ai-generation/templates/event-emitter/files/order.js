import { EventEmitter } from 'node:events';

/** Which state each action leads to, by the state it starts from. */
const transitions = {
  placed: { pay: 'paid', cancel: 'cancelled' },
  paid: { ship: 'shipped', cancel: 'refunded' },
  shipped: {},
  cancelled: {},
  refunded: {},
};

/** Emits 'changed' with { order, from, to }, and then the name of the new state with the order. */
export class Order extends EventEmitter {
  #state = 'placed';

  constructor(id) {
    super();
    this.id = id;
  }

  get state() {
    return this.#state;
  }

  perform(action) {
    const from = this.#state;
    const to = transitions[from][action];
    if (!to) throw new Error(`Cannot ${action} an order that is ${from}.`);
    this.#state = to;
    this.emit('changed', { order: this, from, to });
    this.emit(to, this);
  }
}
