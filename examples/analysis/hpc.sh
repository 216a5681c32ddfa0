#!/bin/sh
# Shares the frames of the camera among CONSUMERS processes, and puts their results in order again in Result:Image.
# mirror (hands each consumer its share) -> consumers (hpc_processor.py) -> collector. Ends them all when it ends.
set -e
CONSUMERS=${CONSUMERS:-2}
CAMERA=${CAMERA:-Example:Cam:Image}
export PYTHONPATH="."
trap 'kill $PIDS 2>/dev/null' EXIT
trap 'exit 0' INT TERM

pvapy-mirror-server --channel-map "(Mirror:Image,$CAMERA,pva,100)" &
PIDS="$!"
for ID in $(seq "$CONSUMERS"); do
    pvapy-hpc-consumer --consumer-id "$ID" --input-channel Mirror:Image --distributor-updates 1 \
        --control-channel 'Ana:*:control' --status-channel 'Ana:*:status' --output-channel 'Ana:*:output' \
        --processor-file hpc_processor.py --processor-class CentroidProcessor --server-queue-size 100 --disable-curses &
    PIDS="$PIDS $!"
done
pvapy-hpc-collector --collector-id 1 --producer-id-list "$(seq -s, "$CONSUMERS")" --input-channel 'Ana:*:output' \
    --control-channel 'Col:*:control' --status-channel 'Col:*:status' --output-channel Result:Image \
    --processor-file hpc_processor.py --processor-class InOrder --collector-cache-size 20 --server-queue-size 100 --disable-curses &
PIDS="$PIDS $!"
wait
