"""The peer of bench/anomaly.mjs: scikit-learn's IsolationForest(n_jobs=2) over a file of float64, row by row.

Prints one JSON line: seconds of wall and CPU for fit and score_samples, and the peak memory of the process in MB.
Usage: python3 anomaly_sklearn.py FILE FEATURES
"""

import json
import resource
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import IsolationForest

rows = numpy.fromfile(sys.argv[1]).reshape(-1, int(sys.argv[2]))
wall, cpu = time.perf_counter(), time.process_time()
forest = IsolationForest(n_estimators=100, max_samples=256, n_jobs=2, random_state=0).fit(rows)
fitted = time.perf_counter()
scores = -forest.score_samples(rows)
done = time.perf_counter()
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "version": sklearn.__version__,
            "fit": fitted - wall,
            "score": done - fitted,
            "wall": done - wall,
            "cpu": time.process_time() - cpu,
            "megabytes": usage.ru_maxrss / 1024,
            "mean": scores.mean(),
        }
    )
)
