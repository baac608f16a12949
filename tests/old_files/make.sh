#!/bin/sh
# Files of a release, for tests/old_files_test.cpp of all releases after it: tests/old_files/make.sh VERSION /path/to/weft
# Folder VERSION must not be there yet. The command must have been built with RDKit.
set -eu

version=$1
weft=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
mkdir "$here/$version"
cd "$here/$version"
mkdir data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quiet="--quiet --threads 1"

# Datasets, and what the command says of each.

# 60 nodes in 3 communities; dense features, in 32 and in 16 bits.
"$weft" synth sbm --nodes 60 --features 8 --classes 3 --seed 1 $quiet -o data/communities.h5
"$weft" synth sbm --nodes 60 --features 8 --classes 3 --seed 1 --feature-type float16 $quiet -o data/half.h5

# A ring of 40 nodes, weights of edges, a number for each node: that of node v is v / 40.
awk 'BEGIN { for (v = 0; v < 40; ++v) print v "," (v + 1) % 40 "," v % 4 + 1 }' > "$work/edges.csv"
awk 'BEGIN { for (v = 0; v < 40; ++v) print v "," v / 40 "," v % 5 }' > "$work/features.csv"
awk 'BEGIN { for (v = 0; v < 40; ++v) print v "," v / 40 }' > "$work/labels.csv"
"$weft" import edgelist "$work/edges.csv" --features "$work/features.csv" --labels "$work/labels.csv" --regression \
  --weights --name ring $quiet -o data/ring.h5

# Packages with words, which are sparse features, with names of nodes and of classes.
awk 'BEGIN {
  split("alpha beta gamma delta epsilon zeta eta theta iota kappa", word, " ")
  split("net math games", section, " ")
  for (p = 0; p < 60; ++p) {
    print "Package: package" p
    print "Version: 1." p
    print "Section: " section[p % 3 + 1]
    if (p > 2) print "Depends: package" p - 3 ", package" int(p / 2)
    print "Description: a tool for " section[p % 3 + 1] "work " word[p % 10 + 1] " " word[int(p / 10) + 1] " " word[p * 7 % 10 + 1]
    print ""
  }
}' > "$work/Packages"
"$weft" import debian "$work/Packages" --vocabulary 40 $quiet -o data/packages.h5

# 30 graphs with categorical features of nodes and edges: even ones are rings, odd ones paths, of 4 to 8 nodes.
mkdir "$work/rings"
awk -v to="$work/rings/rings" 'BEGIN {
  node = 0
  for (g = 0; g < 30; ++g) {
    size = 4 + g % 5
    print g % 2 > (to "_graph_labels.txt")
    for (v = 0; v < size; ++v) {
      print g + 1 > (to "_graph_indicator.txt")
      print (v * v + g) % 3 > (to "_node_labels.txt")
      if (v + 1 < size || g % 2 == 0) {
        a = node + v + 1; b = node + (v + 1) % size + 1
        print a ", " b > (to "_A.txt"); print b ", " a > (to "_A.txt")
        print v % 2 > (to "_edge_labels.txt"); print v % 2 > (to "_edge_labels.txt")
      }
    }
    node += size
  }
}'
"$weft" import tudataset "$work/rings" --name rings $quiet -o data/rings.h5

# 30 trees without features, to learn to make.
mkdir "$work/trees"
awk -v to="$work/trees/trees" 'BEGIN {
  node = 0
  for (g = 0; g < 30; ++g) {
    size = 5 + g % 6
    for (v = 0; v < size; ++v) {
      print g + 1 > (to "_graph_indicator.txt")
      if (v > 0) {
        a = node + v + 1; b = node + int((v - 1) / (1 + g % 3)) + 1
        print a ", " b > (to "_A.txt"); print b ", " a > (to "_A.txt")
      }
    }
    node += size
  }
}'
awk 'BEGIN { for (g = 0; g < 30; ++g) print g % 2 }' > "$work/trees/trees_graph_labels.txt"
"$weft" import tudataset "$work/trees" --name trees $quiet -o data/trees.h5

# Molecules: their number of heavy atoms as a target, two yes-or-no labels of which some are missing, and none.
awk 'BEGIN {
  split("C CC CCO CCN CCC CCCO CC(C)O C=C C#N CC=O CC(=O)O c1ccccc1 c1ccccc1O c1ccncc1 CCCl CCBr C1CC1 C1CCCC1 CCOC CC(N)=O CCS CCF C1CCOC1 Oc1ccccc1N", s, " ")
  print "smiles,atoms,ring,oxygen"
  for (i = 1; i <= 24; ++i) {
    atoms = s[i]; n = gsub(/Cl|Br|[CNOSFcno]/, "", atoms)
    print s[i] "," n "," (i % 7 == 0 ? "" : s[i] ~ /1/ ? 1 : 0) "," (s[i] ~ /O/ ? 1 : 0)
  }
}' > "$work/molecules.csv"
"$weft" import smiles "$work/molecules.csv" --targets atoms --name atoms $quiet -o data/atoms.h5
"$weft" import smiles "$work/molecules.csv" --targets ring,oxygen --name signs $quiet -o data/signs.h5
"$weft" import smiles "$work/molecules.csv" --name molecules $quiet -o data/molecules.h5

for data in data/*.h5; do
  "$weft" info "$data" --json $quiet > "${data%.h5}.json"
done

# Runs: train RUN DATA FLAGS... makes a folder, and keeps what the command says of the run.

# A run folder does not depend on where it was made.
tidy() {
  rm -f "$1/report.html" "$1/.lock"
  sed -i 's#^dataset = .*/#dataset = "#' "$1/config.toml"
}

train() {
  run=$1
  data=$2
  shift 2
  "$weft" train "data/$data.h5" -o "$run" "$@" --json $quiet > "$work/training.json"
  mv "$work/training.json" "$run/training.json"
  tidy "$run"
}

# Beside those of `train`, the figures on every split, and predictions.
train_and_predict() {
  train "$@"
  "$weft" evaluate "$run" "data/$data.h5" --split all --json $quiet > "$run/evaluation.json"
  "$weft" predict "$run" "data/$data.h5" $quiet -o "$run/predictions.csv"
}

train_and_generate() {
  train "$@"
  "$weft" generate "$run" -n 20 --seed 1 $quiet -o "$run/generated.h5"
}

# Of three tasks the whole run folder is kept, of the others no checkpoint.
without_checkpoint() {
  rm "$1/checkpoint.h5"
}

# A copy of a run that was stopped after so many steps: stop RUN STEPS DATA FLAGS... with the flags of RUN.
stop() {
  run=$1/stopped
  steps=$2
  data=$3
  shift 3
  "$weft" train "data/$data.h5" -o "$run" "$@" --max-minutes 1e-9 $quiet > /dev/null
  while [ "$steps" -gt 1 ]; do
    "$weft" train -o "$run" --resume --max-minutes 1e-9 $quiet > /dev/null
    steps=$((steps - 1))
  done
  rm "$run/model.h5"
  tidy "$run"
}

small="--set hidden=8 --epochs 5"
train_and_predict nodes communities --model gcn $small --set norm=batch --set average=0.5 --runs 2

train_and_predict nodes_weft communities $small --set heads=2
without_checkpoint nodes_weft

sampled="--model sage $small --sampler neighbor --batch-size 8 --set fanout=3,2"
train_and_predict nodes_sampled communities $sampled
without_checkpoint nodes_sampled
stop nodes_sampled 7 communities $sampled

train_and_predict nodes_words packages --model gat $small --set heads=2
without_checkpoint nodes_words

train_and_predict nodes_values ring --model gcn $small
without_checkpoint nodes_values

train_and_predict links communities --task link_prediction --model gcn $small --set embedding=8
without_checkpoint links
awk 'BEGIN { print "source,target"; for (v = 0; v < 20; ++v) print v "," (v * 7 + 3) % 60 }' > links/pairs.csv
"$weft" predict links data/communities.h5 --pairs links/pairs.csv $quiet -o links/scores.csv

train_and_predict graphs rings --model gin $small --protocol fair --split 'strat[0-2]'

train_and_predict graphs_values atoms --model gine $small --set layers=2
without_checkpoint graphs_values

train_and_predict graphs_signs signs --model weft $small --set heads=2 --set layers=1
without_checkpoint graphs_signs

# Of each release the options of generation by the names that they had in it.
if [ "$version" = 3c9d4b7 ]; then
  names="--set width=8 --set ema=0.9 --set warmup_steps=4"
else
  names="--set hidden=8 --set average=0.9 --set warmup=0.2"
fi
small="--task generation $names --set layers=1 --set heads=2 --set epoch_graphs=64 --set batch_size=16 --epochs 5"
train_and_generate generation trees $small --split strat0
stop generation 6 trees $small --split strat0

train_and_generate generation_molecules molecules $small --split rand0 --set condition=rings
without_checkpoint generation_molecules

# HDF5 takes tens of kilobytes for the names of options alone.
find . -name .lock -delete
find . -name '*.h5' -exec gzip -9n {} +
