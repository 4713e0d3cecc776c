"""Prints what GDAL reads of the first layer of each file, a feature a line: the file, its properties with their types, its WKB."""
import json
import sys

from osgeo import gdal, ogr
gdal.UseExceptions()


def cell(f, i):
    if not f.IsFieldSetAndNotNull(i):
        return None
    field = f.GetFieldDefnRef(i)
    if field.GetType() in (ogr.OFTDate, ogr.OFTDateTime):
        return "%04d-%02d-%02d" % tuple(f.GetFieldAsDateTime(i)[:3])
    if field.GetSubType() == ogr.OFSTBoolean:
        return bool(f.GetField(i))
    return f.GetField(i)


for path in sys.argv[1:]:
    data = gdal.OpenEx(path, gdal.OF_VECTOR)
    for f in data.GetLayer(0):
        g = f.GetGeometryRef()
        print(json.dumps({"file": path, "wkb": g and bytes(g.ExportToIsoWkb()).hex(), "properties": {f.GetFieldDefnRef(i).GetName(): cell(f, i) for i in range(f.GetFieldCount())}}))
