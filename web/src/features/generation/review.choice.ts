const REVIEW = 'review';

/** Whether changes are shown before they reach the project, as it was chosen last. */
export function readReviewChoice(): boolean {
  return localStorage.getItem(REVIEW) === 'true';
}

export function storeReviewChoice(review: boolean): void {
  if (review) localStorage.setItem(REVIEW, 'true');
  else localStorage.removeItem(REVIEW);
}
