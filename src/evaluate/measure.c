#include "evaluate/measure.h"

#include "evaluate/measure_parts.h"

const struct measure measures[] = {
    {"precision-recall", "Kynkaanniemi et al. 2019, arXiv 1904.06991; Naeem et al. 2020, arXiv 2002.09797",
     "The share of samples within reach of training rows (precision) and of training rows within reach of samples "
     "(recall), a row's reach being its 5th nearest neighbour of its own kind; density counts how many reach a sample "
     "(1: as among the data), coverage is the share of training rows with a sample in reach.",
     "In pixel space, where neighbours are not alike in meaning: smooth samples gain precision and density, one "
     "outlier reaches far; memorised training rows score best of all.",
     measure_precision_recall},
    {"birthday", "Arora and Zhang 2017, arXiv 1706.08224",
     "How many different samples there are, if all were equally likely: 1 over the chance that two samples are "
     "near-duplicates; to be compared with the same number for training rows.",
     "A near-duplicate is a pair closer than 99 of 100 training rows are to any other, in pixels, where the paper "
     "asked people; it says nothing of quality, noise has the largest support.",
     measure_birthday},
    {"memorisation", "Meehan et al. 2020, arXiv 2004.05675 (its test over the whole space as one cell)",
     "Whether samples lie nearer to training rows than held-out rows do: `nearer` is the chance that a sample does "
     "(1/2: neither copied nor far off), `z` its test statistic (below -3: nearer than chance allows).",
     "Smooth or blurred samples lie nearer to everything without being copies, copies that were shifted are not seen, "
     "and copies of a few rows hide behind poor samples: look at `copies` and at `clgan figure nearest` too.",
     measure_memorisation},
    {"c2st", "Lopez-Paz and Oquab 2017, arXiv 1610.06545",
     "Accuracy, on rows kept from it, of a small classifier trained afresh to tell samples from held-out rows: 1/2 "
     "where it can't, 1 where every sample gives itself away.",
     "A lower bound of what a better classifier could do; it finds faults that no eye sees (a grey level that data "
     "never have), so that a good generator of sharp pictures still scores near 1.",
     measure_c2st},
    {0},
};
