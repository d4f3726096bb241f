import math
import re
from collections import Counter, defaultdict


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


class NaiveBayes:
    """Multinomial naive Bayes with Laplace smoothing, which gives a word that is new a small probability instead of none."""

    def __init__(self) -> None:
        self._messages: Counter[str] = Counter()
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._vocabulary: set[str] = set()

    def learn(self, label: str, text: str) -> None:
        words = words_of(text)
        self._messages[label] += 1
        self._words[label].update(words)
        self._vocabulary.update(words)

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest label and its probability. Raises ValueError before anything was learnt."""
        if not self._messages:
            raise ValueError("nothing was learnt yet")
        scores = {label: self._log_score(label, words_of(text)) for label in self._messages}
        best = max(scores, key=scores.__getitem__)
        # Logarithms, because the product of many small probabilities is zero for a computer.
        total = sum(math.exp(score - scores[best]) for score in scores.values())
        return best, 1 / total

    def _log_score(self, label: str, words: list[str]) -> float:
        counts = self._words[label]
        denominator = counts.total() + len(self._vocabulary)
        prior = math.log(self._messages[label] / self._messages.total())
        return prior + sum(math.log((counts[word] + 1) / denominator) for word in words)
