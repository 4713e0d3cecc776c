"""Prints what GDAL reads of a layer, a feature a line, to the last bit: readlayer.py FILE BOX WHERE."""
import json
import sys

from osgeo import gdal, ogr
gdal.UseExceptions()
data = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR)
layer = data.GetLayer(0)
if sys.argv[2]:
    layer.SetSpatialFilterRect(*map(float, sys.argv[2].split(",")))
if sys.argv[3]:
    layer.SetAttributeFilter(sys.argv[3])


def cell(f, i):
    if not f.IsFieldSetAndNotNull(i):
        return None
    if f.GetFieldDefnRef(i).GetType() in (ogr.OFTDate, ogr.OFTDateTime):
        return "%04d-%02d-%02d" % tuple(f.GetFieldAsDateTime(i)[:3])
    if f.GetFieldDefnRef(i).GetSubType() == ogr.OFSTBoolean:
        return bool(f.GetField(i))
    return f.GetField(i)


for f in layer:
    g = f.GetGeometryRef()
    print(json.dumps({"WKB": g and bytes(g.ExportToIsoWkb()).hex(), "Properties": {f.GetFieldDefnRef(i).GetName(): cell(f, i) for i in range(f.GetFieldCount())}}))
