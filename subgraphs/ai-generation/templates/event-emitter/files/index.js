import { logChanges, sendMails } from './listeners.js';
import { Order } from './order.js';

console.log('{{title}}');

const order = new Order(1);
logChanges(order);
sendMails(order);

for (const action of ['pay', 'ship', 'pay']) {
  try {
    order.perform(action);
  } catch (error) {
    console.log(error.message);
  }
}
