#include "evaluate/measure.h"

#include "evaluate/measure_parts.h"

const struct measure measures[] = {
    {"precision-recall", "Kynkaanniemi et al. 2019, arXiv 1904.06991; Naeem et al. 2020, arXiv 2002.09797",
     "Quality apart from variety: the share of samples that lie among training rows (precision; density counts among "
     "how many), and of training rows that lie among samples (recall, coverage).",
     "In pixel space, where neighbours are not alike in meaning: smooth samples gain precision and density, one "
     "outlier reaches far; memorised training rows score best of all.",
     measure_precision_recall},
    {"birthday", "Arora and Zhang 2017, arXiv 1706.08224",
     "How many different samples there are, 1 over the chance that two are near-duplicates, to be compared with the "
     "same number for training rows.",
     "A near-duplicate is a pair closer than 99 of 100 training rows are to any other, in pixels, where the paper "
     "asked people; it says nothing of quality, noise has the largest support.",
     measure_birthday},
    {"memorisation", "Meehan et al. 2020, arXiv 2004.05675 (the global test)",
     "Whether samples lie nearer to training rows than held-out rows do: `nearer` is the chance that one does, 1/2 "
     "where nothing is copied, and `z` says how far that is from chance (below -3: nearer).",
     "Blurred samples, and more of the plainest kinds of pictures than the data have, lie nearer without being copies, "
     "shifted copies are not seen: see `copies` (0.01 by chance) and `clgan figure nearest` before believing `z`.",
     measure_memorisation},
    {"c2st", "Lopez-Paz and Oquab 2017, arXiv 1610.06545",
     "Accuracy, on rows kept from it, of a small classifier trained afresh to tell samples from held-out rows: 1/2 "
     "where it can't, 1 where every sample gives itself away.",
     "A lower bound of what a better classifier could do; it finds faults that no eye sees (a grey level that data "
     "never have), so that a good generator of sharp pictures still scores near 1.",
     measure_c2st},
    {0},
};
