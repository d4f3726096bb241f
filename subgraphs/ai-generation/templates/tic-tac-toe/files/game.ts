export type Player = 'X' | 'O';
/** Nine fields, row by row. */
export type Board = readonly (Player | null)[];

const LINES = [
  [0, 1, 2], [3, 4, 5], [6, 7, 8],
  [0, 3, 6], [1, 4, 7], [2, 5, 8],
  [0, 4, 8], [2, 4, 6],
] as const;

export const createBoard = (): Board => new Array(9).fill(null);
export const isFull = (board: Board): boolean => board.every((field) => field !== null);
export const play = (board: Board, field: number, player: Player): Board => board.with(field, player);

export function findWinner(board: Board): Player | null {
  for (const [a, b, c] of LINES) {
    const player = board[a];
    if (player && player === board[b] && player === board[c]) return player;
  }
  return null;
}

/** The field from which the player comes out best, whatever the other one does. */
export function chooseMove(board: Board, player: Player): number {
  const moves = freeFields(board).map((field) => ({ field, score: -rate(play(board, field, player), opponent(player)) }));
  return moves.reduce((best, move) => (move.score > best.score ? move : best)).field;
}

/** 10 and less for a win of the player whose turn it is, the sooner the more; negative for a loss, 0 for a draw. */
function rate(board: Board, player: Player, alpha = -10, beta = 10): number {
  const free = freeFields(board);
  if (findWinner(board)) return -1 - free.length;
  let best = alpha;
  if (free.length === 0) return 0;
  for (const field of free) {
    best = Math.max(best, -rate(play(board, field, player), opponent(player), -beta, -best));
    if (best >= beta) break;
  }
  return best;
}

const opponent = (player: Player): Player => (player === 'X' ? 'O' : 'X');
const freeFields = (board: Board): number[] => board.flatMap((player, field) => (player === null ? [field] : []));

export function toText(board: Board): string {
  const rows = [0, 3, 6].map((start) =>
    board.slice(start, start + 3).map((player, index) => player ?? String(start + index + 1)).join(' | '),
  );
  return rows.join('\n--+---+--\n');
}
