"""Keras 2: the config of a Bidirectional with a given backward layer is not a plain dict."""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

backward = tf_keras.layers.GRU(3, go_backwards=True)
failed = 0
for about, options in (("none", {}), ("given", {"backward_layer": backward})):
    layer = tf_keras.layers.Bidirectional(tf_keras.layers.GRU(3), **options)
    config = layer.get_config()
    types = {name: type(config[name]).__name__ for name in config if name.endswith("layer")}
    print(f"backward_layer {about}, in the config: {types}")
    try:
        json.dumps(config)
    except TypeError as error:
        failed += 1
        print(f"backward_layer {about}, json.dumps: TypeError: {error}")
    else:
        print(f"backward_layer {about}, json.dumps: written")
sys.exit(int(failed > 0))
