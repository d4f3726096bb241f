import { createInterface } from 'node:readline';
import { chooseMove, createBoard, findWinner, isFull, play, toText } from './game.ts';

console.log('{{title}}');
let board = createBoard();
console.log(toText(board));

for await (const line of createInterface({ input: process.stdin })) {
  const field = Number(line.trim()) - 1;
  if (!Number.isInteger(field) || field < 0 || field > 8) {
    console.log('Type a number from 1 to 9.');
    continue;
  }
  if (board[field] !== null) {
    console.log('That field is taken.');
    continue;
  }
  board = play(board, field, 'X');
  if (!findWinner(board) && !isFull(board)) board = play(board, chooseMove(board, 'O'), 'O');
  console.log(`\n${toText(board)}`);
  const winner = findWinner(board);
  if (winner) console.log(winner === 'X' ? 'You win!' : 'The computer wins.');
  else if (isFull(board)) console.log('A draw.');
  if (winner || isFull(board)) break;
}
